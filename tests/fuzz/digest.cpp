#include "protocol/digest.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  if (const auto read = protocol::digest::parse(text))
    fuzz::require(read->to_string() == text);
  else
    fuzz::require(fuzz::is_fit_to_be_shown(read.error().message));
  return 0;
}
