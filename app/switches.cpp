#include "app/switches.hpp"

#include "app/environment.hpp"
#include "app/flag_kinds.hpp"
#include "protocol/text.hpp"

#include <CLI/CLI.hpp>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

failure check_word(const CLI::App& command, const std::string& word) {
  auto equals = word.find('=');
  if (word.compare(0, 2, "--") != 0 || equals == std::string::npos)
    return {};
  const auto flag = word.substr(0, equals);
  const auto value = word.substr(equals + 1);
  const auto* option = command.get_option_no_throw(flag);
  if (option == nullptr || !is_switch(*option) || read_switch(value))
    return {};
  return no_switch_value(flag, value);
}

failure check_variable(const CLI::Option& option) {
  const auto name = option.get_envname();
  if (name.empty() || !is_switch(option))
    return {};
  const auto value = environment(name.c_str());
  if (value.empty() || read_switch(value, true))
    return {};
  return no_switch_value(name, value);
}

} // namespace

std::optional<bool> read_switch(std::string_view text, bool in_environment) {
  if (text == "true" || (in_environment && text == "1"))
    return true;
  if (text == "false" || (in_environment && text == "0"))
    return false;
  return std::nullopt;
}

CLI::Option* add_switch(CLI::App& to, const char* flag, std::function<void(bool)> tell,
                        const char* help) {
  // The parser's own flags take any number, and some words, for a truth.
  auto hear = [tell = std::move(tell)](const CLI::results_t& said) {
    auto value = said.empty() ? std::nullopt : read_switch(said.back(), true);
    if (value)
      tell(*value);
    return value.has_value();
  };
  auto* option = to.add_option(flag, CLI::callback_t{hear}, help);
  option->type_name("")->expected(0)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  return with_environment(option);
}

CLI::Option* add_switch(CLI::App& to, const char* flag, bool& value, const char* help) {
  return add_switch(
    to, flag, [&value](bool on) { value = on; }, help);
}

bool is_switch(const CLI::Option& option) {
  return option.get_items_expected_max() == 0;
}

failure no_switch_value(const std::string& what, std::string_view value) {
  return {errc::usage,
          what + ": `" + protocol::printable(value, 60) + "` is neither true nor false",
          "a switch takes these two words and no other"};
}

failure check_switches(const CLI::App& command, int argc, const char* const* argv) {
  for (int i = 2; i < argc && std::string_view{argv[i]} != "--"; ++i)
    if (auto bad = check_word(command, argv[i]); bad.code != errc::none)
      return bad;
  for (const auto* option : command.get_options())
    if (auto bad = check_variable(*option); bad.code != errc::none)
      return bad;
  return {};
}

} // namespace flotilla::app
