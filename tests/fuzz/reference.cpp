#include "protocol/reference.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = protocol::parse_reference(fuzz::as_text(data, size));
  if (!read) {
    fuzz::require(fuzz::is_fit_to_be_shown(read.error().message));
    return 0;
  }
  const auto written = read->to_string();
  const auto again = protocol::parse_reference(written);
  fuzz::require(again && again->to_string() == written);
  fuzz::require(protocol::registry_endpoint(read->host, true).port != 0);
  return 0;
}
