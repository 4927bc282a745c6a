#include "protocol/docker_config.hpp"

#include "protocol/base64.hpp"
#include "protocol/credential_helper.hpp"
#include "protocol/json.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace flotilla::protocol {

namespace {

using nlohmann::json;
using found_login = result<std::optional<stored_login>>;

constexpr auto hub_key = "https://index.docker.io/v1/";

/// Docker Hub goes by several names.
std::string hub_or(std::string host) {
  const bool hub
    = host == "docker.io" || host == "index.docker.io" || host == "registry-1.docker.io";
  return hub ? "docker.io" : host;
}

/// What is looked for.
struct place {
  std::string_view spelled; ///< the host as it was written
  std::string host;         ///< the same, in the form that is compared
  std::string_view repository;
  login_file kind;
};

struct key_parts {
  bool has_scheme = false;
  std::string host;
  std::string_view path; ///< without slashes at both ends
};

key_parts split_key(std::string_view key) {
  key_parts parts;
  for (std::string_view scheme : {"https://", "http://"})
    if (equal_ignoring_case(key.substr(0, scheme.size()), scheme)) {
      key.remove_prefix(scheme.size());
      parts.has_scheme = true;
      break;
    }
  const auto slash = std::min(key.find('/'), key.size());
  parts.host = hub_or(lower(key.substr(0, slash)));
  parts.path = key.substr(std::min(slash + 1, key.size()));
  while (!parts.path.empty() && parts.path.back() == '/')
    parts.path.remove_suffix(1);
  return parts;
}

bool is_within(std::string_view repository, std::string_view space) {
  return repository.substr(0, space.size()) == space
         && (repository.size() == space.size() || repository[space.size()] == '/');
}

/// How well a key fits: of two the higher counts; 0 is not at all.
std::size_t fit_of(std::string_view key, const place& wanted) {
  constexpr std::size_t exact = 3;
  const auto parts = split_key(key);
  if (parts.host != wanted.host)
    return 0;
  if (key == wanted.spelled)
    return exact;
  if (parts.path.empty() || parts.has_scheme)
    return exact - 1;
  if (wanted.repository.size() >= parts.path.size() && is_within(wanted.repository, parts.path))
    return exact + parts.path.size();
  return wanted.kind == login_file::podman ? 0 : 1;
}

/// The members of `all` whose keys fit, the best one first.
std::vector<json::const_iterator> fitting(const json& all, const place& wanted) {
  std::vector<std::pair<std::size_t, json::const_iterator>> ranked;
  for (auto member = all.begin(); member != all.end(); ++member)
    if (const auto fit = fit_of(member.key(), wanted); fit > 0)
      ranked.emplace_back(fit, member);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<json::const_iterator> members;
  members.reserve(ranked.size());
  for (const auto& each : ranked)
    members.push_back(each.second);
  return members;
}

/// Names the entry and never its content, which is secret.
failure bad_entry(const std::string& key, const std::string& why) {
  return {errc::malformed, "the entry of `" + printable(key) + "` in auths " + why,
          "log in again with `docker login`"};
}

failure read_auth(const std::string& key, std::string_view auth, credentials& into) {
  auto decoded = from_base64(auth);
  if (!decoded)
    return bad_entry(key, "has an auth that is " + decoded.error().message);
  const auto colon = decoded->find(':');
  if (colon == std::string::npos)
    return bad_entry(key, "has an auth that is not user:password");
  into.user = decoded->substr(0, colon);
  into.password = decoded->substr(colon + 1);
  into.password.erase(into.password.find_last_not_of('\0') + 1);
  return {};
}

result<credentials> read_entry(const std::string& key, const json& entry) {
  if (!entry.is_object())
    return bad_entry(key, "is no JSON object");
  credentials who;
  who.identity_token = string_member(entry, "identitytoken");
  who.registry_token = string_member(entry, "registrytoken");
  if (const auto auth = trimmed(string_member(entry, "auth")); !auth.empty()) {
    if (auto bad = read_auth(key, auth, who); bad.code != errc::none)
      return bad;
  } else {
    who.user = string_member(entry, "username");
    who.password = string_member(entry, "password");
  }
  return who;
}

/// A password without a user is nobody's.
bool is_of_use(const credentials& who) {
  return !who.user.empty() || !who.identity_token.empty() || !who.registry_token.empty();
}

found_login find_in_auths(const json& auths, const place& wanted) {
  for (const auto& member : fitting(auths, wanted)) {
    auto who = read_entry(member.key(), member.value());
    if (!who)
      return who.error();
    if (is_of_use(*who)) // else a marker that a helper left
      return std::optional{stored_login{std::move(*who), {}, {}, "auths"}};
  }
  return std::optional<stored_login>{};
}

found_login ask(std::string_view helper, const char* member, const place& wanted) {
  if (!is_helper_suffix(helper))
    return failure{errc::malformed,
                   std::string{"its "} + member + " name `" + printable(helper, 80)
                     + "`, which cannot be the end of a program's name",
                   "a credential helper `x` is the program docker-credential-x"};
  const bool hub = wanted.host == "docker.io" && wanted.kind == login_file::docker;
  return std::optional{
    stored_login{{}, std::string{helper}, hub ? hub_key : std::string{wanted.spelled}, member}};
}

/// A helper that is named for this host, were it by an empty name, goes before that of all hosts.
found_login find_helper(const json& config, const place& wanted) {
  if (const auto helpers = config.find("credHelpers");
      helpers != config.end() && !helpers->is_null()) {
    if (!helpers->is_object())
      return failure{errc::malformed, "its credHelpers are no JSON object", {}};
    if (const auto members = fitting(*helpers, wanted); !members.empty()) {
      const auto& helper = members.front().value();
      if (!helper.is_string())
        return failure{errc::malformed,
                       "the entry of `" + printable(members.front().key())
                         + "` in credHelpers is no text",
                       {}};
      if (helper.get_ref<const std::string&>().empty())
        return std::optional<stored_login>{};
      return ask(helper.get_ref<const std::string&>(), "credHelpers", wanted);
    }
  }
  const auto store = string_member(config, "credsStore");
  if (store.empty() || wanted.kind != login_file::docker)
    return std::optional<stored_login>{};
  return ask(store, "credsStore", wanted);
}

} // namespace

found_login find_stored_login(std::string_view text, login_file kind, std::string_view host,
                              std::string_view repository) {
  const auto config = parse_json(text);
  if (!config || !config->is_object())
    return failure{errc::malformed, "it is no JSON object", {}};
  const place wanted{host, hub_or(lower(host)), repository, kind};
  if (kind == login_file::dockercfg)
    return find_in_auths(*config, wanted);
  auto helper = find_helper(*config, wanted);
  if (!helper || *helper)
    return helper;
  const auto auths = config->find("auths");
  if (auths == config->end())
    return std::optional<stored_login>{};
  if (!auths->is_object())
    return failure{errc::malformed, "its auths are no JSON object", {}};
  return find_in_auths(*auths, wanted);
}

} // namespace flotilla::protocol
