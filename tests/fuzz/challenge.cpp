#include "protocol/challenge.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

namespace {

std::string quoted(const std::string& value) {
  std::string text = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\')
      text += '\\';
    text += c;
  }
  return text + '"';
}

std::string rendered(const std::vector<protocol::challenge>& all) {
  std::string text;
  for (const auto& one : all) {
    text += (text.empty() ? "" : ", ") + one.scheme + ' ' + one.token68;
    for (const auto& [name, value] : one.parameters)
      text += (text.back() == ' ' ? "" : ", ") + name + '=' + quoted(value);
  }
  return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = protocol::parse_challenges(fuzz::as_text(data, size));
  const auto written = rendered(read);
  fuzz::require(rendered(protocol::parse_challenges(written)) == written);
  return 0;
}
