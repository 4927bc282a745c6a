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
  std::vector<std::string> values; ///< one, unless it is a list
  bool is_list = false;
};

/// Reads TOML as far as flags need it: `key = value`, lists, and `[command]` sections. A value may
/// also be a word without quotes.
/// @returns errc::usage, with the line, when it is no such file, or has a key or section twice;
/// also
///          when it is larger than 1 MiB.
protocol::result<std::vector<config_item>> read_config(std::istream& from);

/// Gives `command` the settings of a file, where neither command line nor environment has spoken.
/// @returns errc::usage for what is no regular file or cannot be read, a key that is no flag of any
/// command of
///          `app`, or a value that the flag refuses; errc::none otherwise.
protocol::failure apply_config_file(const std::string& path, CLI::App& app, CLI::App& command);

} // namespace flotilla::app
