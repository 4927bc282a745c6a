#pragma once

#include "protocol/result.hpp"

#include <ctime>
#include <string>
#include <vector>

namespace flotilla::app {

/// The certificates by which the processes of a fleet know each other: an authority of the fleet's
/// own, and what it signs. Whoever holds a certificate of it belongs to the fleet, under any host
/// name, so an authority that serves others is none for a fleet.

inline constexpr int authority_days = 3650;  ///< unless told otherwise
inline constexpr int certificate_days = 825; ///< unless told otherwise
inline constexpr int most_days = 36'500;

struct authority_order {
  std::string dir; ///< made, for its owner alone, if it is not there
  int days = authority_days;
};

struct certificate_order {
  std::string dir;                ///< the authority's
  std::string name;               ///< 1 to 64 of A-Z a-z 0-9 . _ -, the first no . or -; not `ca`
  std::vector<std::string> hosts; ///< names and addresses besides
  int days = certificate_days;    ///< cut where the authority ends
  std::string out;                ///< where the files go; empty: `dir`
  bool force = false;             ///< replace a pair of that name
};

/// What was made, and where it lies.
struct fleet_files {
  std::string authority;   ///< the authority's certificate: what the others must trust
  std::string certificate; ///< with the authority's behind it; of an authority: its own
  std::string key;
  std::time_t until = 0;  ///< Unix time
  bool shortened = false; ///< it ends with its authority, and not after the days asked for
};

/// Makes `ca.crt` and `ca.key` (P-256) in `order.dir`. Never replaces a file.
/// @param now Unix time; validity begins 5 minutes earlier, for clocks that differ
/// @returns errc::usage, and nothing is left behind.
protocol::result<fleet_files> make_authority(const authority_order& order, std::time_t now);

/// Makes `NAME.crt` and `NAME.key` (P-256), good for both sides of a connection. The names it is
/// for are `name`, where that is a DNS name or an address, and `hosts`.
/// @param now as above
/// @returns errc::usage: the authority is not there, broken, over, or open to others; a name that
/// is
///          none; a pair that is there already; nothing is left behind.
protocol::result<fleet_files> issue_certificate(const certificate_order& order, std::time_t now);

} // namespace flotilla::app
