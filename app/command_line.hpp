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

/// One flag, for those who complete it or write about it.
struct flag_description {
  std::string command; ///< the subcommand it belongs to
  std::string name;    ///< with its dashes
  std::string help;
  std::vector<std::string> choices; ///< empty: free
  bool takes_value = false;
  std::string value;         ///< what the value is, e.g. `DURATION`
  std::string shown_default; ///< empty: none
  std::string variable;      ///< of the environment; empty: none
  std::string group;         ///< heading under which it is shown
};
std::vector<flag_description> all_flags();

/// One subcommand, likewise.
struct command_description {
  struct word {
    std::string name;
    std::string help;
    bool required = true;
  };
  std::string name;
  std::string help;
  std::string footer; ///< examples, and what else the help ends with
  std::vector<word> words;
};
std::vector<command_description> all_commands();
/// What the help of the whole program ends with.
std::string closing_words();

} // namespace flotilla::app
