#include "protocol/granted_access.hpp"
#include "protocol/base64.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

/// The first line is the repository, the rest a token; and once more as the payload of one, which
/// no fuzzer would find its way into.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  const auto repository = fuzz::take_line(text);
  protocol::granted_actions(text, repository);
  const auto wrapped = "e30." + protocol::to_base64(text) + ".c2ln";
  const auto granted = protocol::granted_actions(wrapped, repository);
  if (granted && (granted->pull || granted->push))
    fuzz::require(text.find("access") != text.npos || text.find('\\') != text.npos);
  return 0;
}
