#include "protocol/docker_config.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  const auto host = fuzz::take_line(text);
  const auto found = protocol::find_docker_credentials(text, host);
  if (!found)
    fuzz::require(fuzz::is_fit_to_be_shown(found.error().message));
  else if (*found)
    fuzz::require(!(*found)->user.empty());
  return 0;
}
