#include "protocol/retry.hpp"
#include "tests/fuzz/property.hpp"

#include <cstring>

using namespace flotilla;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto field = fuzz::as_text(data, size);
  std::int64_t now = 0;
  std::memcpy(&now, data, std::min(size, sizeof now));
  field.remove_prefix(std::min(size, sizeof now));
  const auto asked = protocol::parse_retry_after(field, now);
  fuzz::require(!asked || asked->count() >= 0);
  const protocol::retry_policy policy;
  const auto delay = protocol::retry_delay(policy, static_cast<unsigned>(size), asked, 0.999);
  fuzz::require(delay.count() >= 0 && delay <= policy.longest_asked * 11 / 10);
  return 0;
}
