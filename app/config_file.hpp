#pragma once

#include "protocol/result.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace flotilla::app {

/// One setting of a configuration file.
struct config_item {
  std::string section; ///< the command it is for; empty: every command that has such a flag
  std::string key;     ///< a flag's name without its dashes
  std::vector<std::string> values;
};

/// Reads TOML as far as flags need it: `key = value`, lists, and `[command]` sections.
/// @returns errc::usage when it is no such file, or larger than 1 MiB.
protocol::result<std::vector<config_item>> read_config(std::istream& from);

/// Gives `command` the settings of a file, where neither command line nor environment has spoken.
/// @returns errc::usage for a file that cannot be read, a key that is no flag of any command of
///          `app`, or a value that the flag refuses; errc::none otherwise.
protocol::failure apply_config_file(const std::string& path, CLI::App& app, CLI::App& command);

} // namespace flotilla::app
