#pragma once

#include "app/options.hpp"
#include "protocol/result.hpp"

#include <string>
#include <variant>
#include <vector>

namespace flotilla::app {

/// A text that answers the command line by itself: help, version.
struct answer {
  std::string text;
};

/// Reads the command line, the environment (`FLOTILLA_<FLAG>`) and the TOML file that `--config`
/// names; in that order the first that says something wins.
/// @returns the options, or the help that was asked for, or errc::usage.
protocol::result<std::variant<options, answer>> parse_command_line(int argc,
                                                                   const char* const* argv);

/// One flag as shells complete it.
struct flag_description {
  std::string command; ///< the subcommand it belongs to
  std::string name;    ///< with its dashes
  std::string help;
  std::vector<std::string> choices; ///< empty: free
  bool takes_value = false;
};
std::vector<flag_description> all_flags();

} // namespace flotilla::app
