#pragma once

#include "protocol/result.hpp"

#include <string>
#include <vector>

namespace flotilla::app {

/// A name that a certificate is for.
struct fleet_name {
  std::string bytes; ///< a DNS name's text, an address's 4 or 16 bytes
  bool is_address = false;
};

/// Whether a member of the fleet may be called so: 1 to 64 of A-Z a-z 0-9 . _ -, the first no dot
/// or dash, since it becomes a file's name and a word of the command line; and not `ca`, which the
/// authority's files are called.
/// @returns errc::usage if not, errc::none otherwise.
protocol::failure check_member_name(const std::string& name);

/// The names for a certificate, each once: the member's own, where it is a DNS name or an address,
/// and those of its hosts.
/// @returns errc::usage for a host that is neither.
protocol::result<std::vector<fleet_name>> subject_names(const std::string& member,
                                                        const std::vector<std::string>& hosts);

} // namespace flotilla::app
