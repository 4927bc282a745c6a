#pragma once

#include "protocol/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace flotilla::app {

/// What a switch is told: exactly `true` or `false`, or in the environment also `1` or `0`. All
/// that tells a switch anything is read here: nonsense must never turn one on.
/// @returns nothing for any other text.
std::optional<bool> read_switch(std::string_view text, bool in_environment = false);

/// A flag without a value, and its environment variable. `tell` hears what it is set to.
CLI::Option* add_switch(CLI::App& to, const char* flag, std::function<void(bool)> tell,
                        const char* help);
CLI::Option* add_switch(CLI::App& to, const char* flag, bool& value, const char* help);

bool is_switch(const CLI::Option& option);

/// The sentence for a value that a switch does not take. @param what flag, variable or key
protocol::failure no_switch_value(const std::string& what, std::string_view value);

/// Looks at all that command line and environment tell the switches of `command`, before the parser
/// does: it would take `--json=` and `--json=1` too.
/// @returns errc::usage for what `read_switch` cannot read.
protocol::failure check_switches(const CLI::App& command, int argc, const char* const* argv);

} // namespace flotilla::app
