#include "app/config_file.hpp"

#include "protocol/text.hpp"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;
using protocol::printable;

namespace {

constexpr std::size_t most_bytes = 1 << 20;

/// The flag of that name, whether this command has it or another one.
bool is_known(CLI::App& app, const config_item& item) {
  for (auto* sub : app.get_subcommands([](CLI::App*) { return true; })) {
    auto here = item.section.empty() || item.section == sub->get_name();
    if (here && sub->get_option_no_throw("--" + item.key) != nullptr)
      return true;
  }
  return false;
}

/// `[push]`; or `[push.more]`, which is no command's.
std::string section_of(const std::vector<std::string>& parents) {
  std::string name;
  for (const auto& parent : parents)
    name += (name.empty() ? "" : ".") + parent;
  return name;
}

failure apply(const config_item& item, CLI::App& command) {
  if (!item.section.empty() && item.section != command.get_name())
    return {};
  auto* option = command.get_option_no_throw("--" + item.key);
  if (option == nullptr || option->count() > 0)
    return {};
  try {
    for (const auto& value : item.values)
      option->add_result(value);
    option->run_callback();
  } catch (const CLI::Error& error) {
    return {errc::usage, "key `" + printable(item.key, 60) + "`: " + printable(error.what()), {}};
  }
  return {};
}

} // namespace

protocol::result<std::vector<config_item>> read_config(std::istream& from) {
  std::string text(most_bytes + 1, '\0');
  from.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(from.gcount()));
  if (from.bad())
    return failure{errc::usage, "it cannot be read as a file", {}}; // a directory, for one
  if (text.size() > most_bytes)
    return failure{errc::usage, "it is larger than 1 MiB", {}};
  std::vector<config_item> items;
  try {
    std::istringstream bounded{text};
    for (auto& parsed : CLI::ConfigTOML{}.from_config(bounded)) {
      if (parsed.name == "++" || parsed.name == "--")
        continue; // a section begins or ends
      items.push_back(
        {section_of(parsed.parents), std::move(parsed.name), std::move(parsed.inputs)});
    }
  } catch (const std::exception& error) {
    return failure{errc::usage, printable(error.what()), {}};
  }
  return items;
}

protocol::failure apply_config_file(const std::string& path, CLI::App& app, CLI::App& command) {
  std::ifstream file{path};
  auto shown = "configuration file " + printable(path);
  if (!file)
    return {errc::usage, shown + ": " + std::generic_category().message(errno), {}};
  auto items = read_config(file);
  if (!items)
    return {errc::usage, shown + ": " + items.error().message, {}};
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
          return {errc::usage, shown + ": " + bad.message, {}};
  return {};
}

} // namespace flotilla::app
