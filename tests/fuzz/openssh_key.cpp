#include "protocol/openssh_key.hpp"
#include "protocol/base64.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

namespace {

void check(const protocol::result<protocol::ed25519_key>& read, std::string_view content) {
  if (!read) {
    fuzz::require(fuzz::is_fit_to_be_shown(read.error().message));
    fuzz::require(!read.error().message.empty());
  } else if (!content.empty()) {
    fuzz::require(content.find(protocol::ssh_public_key(*read)) != content.npos);
  }
}

} // namespace

// The same bytes as the file, and as what its base64 holds: there the lengths are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::as_text(data, size);
  check(protocol::parse_openssh_key(bytes), {});
  check(protocol::parse_openssh_key("-----BEGIN OPENSSH PRIVATE KEY-----\n"
                                    + protocol::to_base64(bytes)
                                    + "\n-----END OPENSSH PRIVATE KEY-----\n"),
        bytes);
  return 0;
}
