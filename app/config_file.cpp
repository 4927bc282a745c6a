#include "app/config_file.hpp"

#include "app/regular_file.hpp"
#include "app/switches.hpp"
#include "protocol/text.hpp"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;
using protocol::printable;

namespace {

/// The flag of that name, whether this command has it or another one.
bool is_known(CLI::App& app, const config_item& item) {
  for (auto* sub : app.get_subcommands([](CLI::App*) { return true; })) {
    auto here = item.section.empty() || item.section == sub->get_name();
    if (here && sub->get_option_no_throw("--" + item.key) != nullptr)
      return true;
  }
  return false;
}

/// As the file has it.
std::string shown_value(const config_item& item) {
  if (!item.is_list)
    return item.values.front();
  std::string all;
  for (const auto& value : item.values)
    all += (all.empty() ? "" : ", ") + value;
  return '[' + all + ']';
}

failure apply(const config_item& item, CLI::App& command) {
  if (!item.section.empty() && item.section != command.get_name())
    return {};
  auto* option = command.get_option_no_throw("--" + item.key);
  if (option == nullptr)
    return {};
  const auto shown_key = "key `" + printable(item.key, 60) + '`';
  // The parser hands a switch what it is given unseen, be it nothing at all.
  if (is_switch(*option) && (item.is_list || !read_switch(item.values.front())))
    return no_switch_value(shown_key, shown_value(item));
  if (option->count() > 0)
    return {};
  if (item.values.empty())
    return {errc::usage, shown_key + ": an empty list says nothing", {}};
  try {
    for (const auto& value : item.values)
      option->add_result(value);
    option->run_callback();
  } catch (const CLI::Error& error) {
    return {errc::usage, shown_key + ": " + printable(error.what()), {}};
  }
  return {};
}

} // namespace

protocol::failure apply_config_file(const std::string& path, CLI::App& app, CLI::App& command) {
  if (auto bad = check_regular_file("--config", path); bad.code != errc::none)
    return bad;
  std::ifstream file{path};
  auto shown = "configuration file " + printable(path);
  if (!file)
    return {errc::usage, shown + ": " + std::generic_category().message(errno), {}};
  auto items = read_config(file);
  if (!items)
    return {errc::usage, shown + ": " + items.error().message, items.error().hint};
  for (const auto& item : *items) {
    if (item.key == "config" || item.key == "help" || !is_known(app, item))
      return {errc::usage, shown + ": unknown key `" + printable(item.key, 60) + '`',
              "keys are flags without their dashes, e.g. `uploads = 8`; `flotilla push --help` "
              "shows them all"};
  }
  // A section speaks for its command alone, so it is heard before what is said to all of them.
  for (bool of_section : {true, false})
    for (const auto& item : *items)
      if (item.section.empty() != of_section)
        if (auto bad = apply(item, command); bad.code != errc::none)
          return {errc::usage, shown + ": " + bad.message, bad.hint};
  return {};
}

} // namespace flotilla::app
