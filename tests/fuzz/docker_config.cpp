#include "protocol/docker_config.hpp"
#include "protocol/credential_helper.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

namespace {

void check(std::string_view text, protocol::login_file kind, std::string_view host,
           std::string_view repository) {
  const auto found = protocol::find_stored_login(text, kind, host, repository);
  if (!found)
    return fuzz::require(fuzz::is_fit_to_be_shown(found.error().message));
  if (!*found)
    return;
  const auto& login = **found;
  fuzz::require(login.who.empty() != login.helper.empty());
  fuzz::require(login.helper.empty() || protocol::is_helper_suffix(login.helper));
  fuzz::require(kind == protocol::login_file::docker || login.member != "credsStore");
}

} // namespace

/// The first line is `host/repository`, the rest the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  auto host = fuzz::take_line(text);
  const auto slash = std::min(host.find('/'), host.size());
  const auto repository = host.substr(std::min(slash + 1, host.size()));
  host = host.substr(0, slash);
  for (const auto kind : {protocol::login_file::docker, protocol::login_file::podman,
                          protocol::login_file::dockercfg})
    check(text, kind, host, repository);
  return 0;
}
