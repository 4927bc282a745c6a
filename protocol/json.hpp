#pragma once

#include "protocol/result.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace flotilla::protocol {

/// Reads JSON that comes from outside: without exceptions, without recursion, and no deeper than 64
/// levels, so that whoever walks through the value may recurse. Of members with the same name the
/// last one stands. Costs memory in proportion to the text: bound that first.
/// @returns errc::malformed when the text is not JSON or nests deeper; the text is not quoted.
result<nlohmann::json> parse_json(std::string_view text);

/// The member of that name when it is a string, else an empty one. Valid as long as `object`.
std::string_view string_member(const nlohmann::json& object, const char* name);

} // namespace flotilla::protocol
