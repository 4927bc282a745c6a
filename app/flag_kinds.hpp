#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace flotilla::app {

/// The kinds of flags there are, for those who define them: flags.cpp and fleet_flags.cpp.

/// Gives an option its variable: `--stall-timeout` is also FLOTILLA_STALL_TIMEOUT.
CLI::Option* with_environment(CLI::Option* option);

template <class T>
CLI::Option* add(CLI::App& to, const char* flag, T& value, const char* help) {
  return with_environment(to.add_option(flag, value, help)->capture_default_str());
}

/// What one of our own parsers reads.
template <class Parse>
CLI::Validator read_by(Parse parse) {
  return {[parse](const std::string& text) {
            auto parsed = parse(text);
            return parsed ? std::string{} : parsed.error().message + ": " + parsed.error().hint;
          },
          ""};
}

template <class T, class Parse>
CLI::Option* add_parsed(CLI::App& to, const char* flag, T& value, Parse parse, const char* type,
                        const char* shown_default, const char* help) {
  auto* option = to.add_option_function<std::string>(
    flag, [&value, parse](const std::string& text) { value = *parse(text); }, help);
  return with_environment(
    option->check(read_by(parse))->default_str(shown_default)->type_name(type));
}

} // namespace flotilla::app
