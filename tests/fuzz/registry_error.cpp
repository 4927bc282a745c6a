#include "protocol/registry_error.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const protocol::http_response response{500, {}, std::string{fuzz::as_text(data, size)}, {}};
  const auto error = protocol::parse_registry_error(response.body);
  fuzz::require(fuzz::is_fit_to_be_shown(error.code) && error.code.size() <= 64);
  fuzz::require(fuzz::is_fit_to_be_shown(error.message) && error.message.size() <= 300);
  fuzz::require(fuzz::is_fit_to_be_shown(protocol::describe(response)));
  return 0;
}
