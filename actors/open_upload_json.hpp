#pragma once

#include "actors/open_upload.hpp"
#include "protocol/result.hpp"

#include <string>
#include <string_view>

namespace flotilla::actors {

/// How the KEEPER writes things down: JSON on one line. The blob's index is left out, for it means
/// something in one plan alone.
std::string to_json(const open_upload& upload);
/// @returns errc::malformed for what is no open upload
protocol::result<open_upload> parse_open_upload(std::string_view text);

std::string to_json(const protocol::registry_profile& profile);
/// @returns errc::malformed for what is no profile
protocol::result<protocol::registry_profile> parse_registry_profile(std::string_view text);

} // namespace flotilla::actors
