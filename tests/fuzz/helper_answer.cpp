#include "protocol/credential_helper.hpp"
#include "protocol/json.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

/// The first byte is the exit code, then a line of standard error, the rest is standard output.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  auto said = fuzz::as_text(data + 1, size - 1);
  const auto cried = fuzz::take_line(said);
  const auto found = protocol::read_helper_answer({data[0] % 192, said, cried});
  if (found) {
    fuzz::require(!*found || !(*found)->empty());
    fuzz::require(!*found || (*found)->user != "<token>");
    return 0;
  }
  fuzz::require(fuzz::is_fit_to_be_shown(found.error().message));
  const auto answer = protocol::parse_json(said);
  if (!answer || !answer->is_object())
    return 0;
  const auto secret = protocol::string_member(*answer, "Secret");
  const bool not_ours = secret.size() > 1 && secret.find('#') != secret.npos; // our words have none
  fuzz::require(!not_ours || cried.find('#') != cried.npos
                || found.error().message.find(secret) == std::string::npos);
  return 0;
}
