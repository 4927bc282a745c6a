#include "protocol/throttle.hpp"
#include "tests/fuzz/property.hpp"

#include <string>

using namespace flotilla;

/// A line with the status, then lines `name: value`.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  constexpr std::int64_t now = 1'780'272'000;
  protocol::http_response answer;
  answer.status = fuzz::take_line(text) == "429" ? 429 : 200;
  while (!text.empty()) {
    const auto line = fuzz::take_line(text);
    const auto colon = std::min(line.find(':'), line.size());
    const auto value = line.substr(std::min(colon + 1, line.size()));
    answer.fields.add(std::string{line.substr(0, colon)}, std::string{value});
  }
  const protocol::throttle_terms terms;
  const auto said = protocol::read_throttle(answer, now, terms);
  fuzz::require(said.refused == (answer.status == 429));
  fuzz::require(said.pause.count() >= 0);
  fuzz::require(said.pause <= (said.refused ? terms.longest : terms.longest_ahead));
  const auto spent = protocol::parse_rate_limit(answer.fields, now);
  fuzz::require(!spent || spent->count() > 0);
  return 0;
}
