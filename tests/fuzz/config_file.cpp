#include "app/config_file.hpp"
#include "tests/fuzz/property.hpp"

#include <CLI/CLI.hpp>

#include <sstream>

using namespace flotilla;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream from{std::string{fuzz::as_text(data, size)}};
  const auto items = app::read_config(from);
  if (!items) {
    fuzz::require(items.error().code == protocol::errc::usage);
    fuzz::require(fuzz::is_fit_to_be_shown(items.error().message));
    return 0;
  }
  for (const auto& item : *items)
    fuzz::require(!item.key.empty());
  return 0;
}
