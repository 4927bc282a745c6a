#include "protocol/docker_config.hpp"

#include "protocol/base64.hpp"
#include "protocol/json.hpp"
#include "protocol/text.hpp"

namespace flotilla::protocol {

namespace {

using nlohmann::json;

/// Docker Hub goes by several names, and its key is the oldest of them.
std::string hub_or(std::string host) {
  const bool hub
    = host == "docker.io" || host == "index.docker.io" || host == "registry-1.docker.io";
  return hub ? "index.docker.io" : host;
}

std::string host_of_key(std::string_view key) {
  for (std::string_view scheme : {"https://", "http://"})
    if (equal_ignoring_case(key.substr(0, scheme.size()), scheme)) {
      key.remove_prefix(scheme.size());
      break;
    }
  return hub_or(lower(key.substr(0, key.find('/'))));
}

/// Names the entry and never its content, which is secret.
failure bad_entry(std::string_view key, const std::string& why) {
  return {errc::malformed, "the entry of `" + printable(key) + "` in auths " + why,
          "log in again with `docker login`"};
}

result<credentials> read_auth(std::string_view key, std::string_view auth) {
  auto decoded = from_base64(auth);
  if (!decoded)
    return bad_entry(key, "has an auth that is " + decoded.error().message);
  auto colon = decoded->find(':');
  if (colon == std::string::npos)
    return bad_entry(key, "has an auth that is not user:password");
  auto password = decoded->substr(colon + 1);
  password.erase(password.find_last_not_of('\0') + 1);
  return credentials{decoded->substr(0, colon), std::move(password)};
}

result<credentials> read_user(std::string_view key, const json& entry) {
  if (const auto auth = trimmed(string_member(entry, "auth")); !auth.empty())
    return read_auth(key, auth);
  return credentials{std::string{string_member(entry, "username")},
                     std::string{string_member(entry, "password")}};
}

result<credentials> read_entry(std::string_view key, const json& entry) {
  if (!entry.is_object())
    return bad_entry(key, "is no JSON object");
  auto who = read_user(key, entry);
  // An empty password tried in its stead may lock the account.
  if (who && !who->user.empty() && who->password.empty()
      && !string_member(entry, "identitytoken").empty())
    return failure{errc::usage,
                   "the entry of `" + printable(key)
                     + "` in auths holds an identity token, which Flotilla cannot use yet",
                   "log in with a password or an access token, or give --username and "
                   "--password-stdin"};
  return who;
}

} // namespace

result<std::optional<credentials>> find_docker_credentials(std::string_view text,
                                                           std::string_view host) {
  const auto config = parse_json(text);
  if (!config || !config->is_object())
    return failure{errc::malformed, "it is no JSON object", {}};
  const auto auths = config->find("auths");
  if (auths == config->end())
    return std::optional<credentials>{};
  if (!auths->is_object())
    return failure{errc::malformed, "its auths are no JSON object", {}};
  const auto wanted = hub_or(lower(host));
  for (bool exact : {true, false})
    for (const auto& [key, entry] : auths->items()) {
      if (exact ? key != host : host_of_key(key) != wanted)
        continue;
      auto found = read_entry(key, entry);
      if (!found)
        return found.error();
      if (!found->user.empty())
        return std::optional{std::move(*found)};
    }
  return std::optional<credentials>{};
}

} // namespace flotilla::protocol
