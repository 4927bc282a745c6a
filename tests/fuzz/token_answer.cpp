#include "protocol/token.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto answer = protocol::parse_token_answer(fuzz::as_text(data, size));
  if (!answer)
    return 0;
  fuzz::require(!answer->token.empty() && fuzz::is_visible_ascii(answer->token));
  fuzz::require(answer->lifetime.count() >= 1 && answer->lifetime.count() <= 366 * 24 * 3600);
  fuzz::require(fuzz::is_visible_ascii(answer->identity_token));
  return 0;
}
