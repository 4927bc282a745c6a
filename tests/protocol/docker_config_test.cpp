#include "protocol/docker_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

// `auth` values by coreutils' base64.
constexpr auto user_pass = "dXNlcjpwYTpzcw=="; // user:pa:ss
constexpr auto hub_x = "aHViOng=";             // hub:x
constexpr auto with_nuls = "dTpwAAA=";         // u:p and two NULs
constexpr auto no_user = "Ong=";               // :x
constexpr auto no_colon = "aHVudGVyMg==";      // hunter2
constexpr auto first = "YTox";                 // a:1
constexpr auto second = "Yjoy";                // b:2
constexpr auto third = "Yzoz";                 // c:3

std::string auths(const std::string& entries) {
  return R"({"auths":{)" + entries + R"(},"HttpHeaders":{"X-Meta":"y"}})";
}

std::string auth(const std::string& key, const std::string& value) {
  return '"' + key + R"(":{"auth":")" + value + R"("})";
}

/// `user password`, `identity token T`, `registry token T`, `ask HELPER for KEY by MEMBER`, `none`,
/// or the code of the failure.
std::string found(const std::string& json, std::string_view host,
                  login_file kind = login_file::docker, std::string_view repository = "ns/m") {
  auto entry = find_stored_login(json, kind, host, repository);
  if (!entry)
    return to_string(entry.error().code);
  if (!*entry)
    return "none";
  const auto& login = **entry;
  if (!login.helper.empty())
    return "ask " + login.helper + " for " + login.helper_key + " by " + login.member;
  std::string text = login.who.user;
  if (!login.who.user.empty())
    text += ' ' + login.who.password;
  for (const auto& [kind_of, token] : {std::pair{"identity", login.who.identity_token},
                                       std::pair{"registry", login.who.registry_token}})
    if (!token.empty())
      text += (text.empty() ? "" : " + ") + std::string{kind_of} + " token " + token;
  return text;
}

TEST(DockerConfig, FindsTheEntryOfAHost) {
  const struct {
    const char* name;
    std::string json;
    const char* host;
    const char* found;
  } cases[] = {
    {"exact", auths(auth("ghcr.io", user_pass)), "ghcr.io", "user pa:ss"},
    {"exact with a port", auths(auth("localhost:5000", user_pass)), "localhost:5000", "user pa:ss"},
    {"key with a scheme", auths(auth("https://ghcr.io", user_pass)), "ghcr.io", "user pa:ss"},
    {"key with scheme and path", auths(auth("http://h:5000/v2/", user_pass)), "h:5000",
     "user pa:ss"},
    {"key in another case", auths(auth("HTTPS://GHCR.io/v1", user_pass)), "ghcr.io", "user pa:ss"},
    {"exact wins over alike", auths(auth("https://h.io/", hub_x) + "," + auth("h.io", user_pass)),
     "h.io", "user pa:ss"},
    {"marker of a helper, then one with a user",
     auths(R"("h.io":{},)" + auth("https://h.io", user_pass)), "h.io", "user pa:ss"},
    {"docker.io", auths(auth("https://index.docker.io/v1/", hub_x)), "docker.io", "hub x"},
    {"docker.io by its other name", auths(auth("https://index.docker.io/v1/", hub_x)),
     "registry-1.docker.io", "hub x"},
    {"docker.io as podman writes it", auths(auth("docker.io", hub_x)), "docker.io", "hub x"},
    {"user and password apart", auths(R"("h.io":{"username":"u","password":"p"})"), "h.io", "u p"},
    {"auth wins over them",
     auths(R"("h.io":{"username":"u","password":"p","auth":"dXNlcjpwYTpzcw=="})"), "h.io",
     "user pa:ss"},
    {"auth without padding", auths(auth("h.io", "aHViOng")), "h.io", "hub x"},
    {"NULs at the end of the password", auths(auth("h.io", with_nuls)), "h.io", "u p"},
    {"password is empty", auths(R"("h.io":{"username":"u"})"), "h.io", "u "},
    {"password beside an identity token",
     auths(R"("h.io":{"auth":"aHViOng=","identitytoken":"t"})"), "h.io",
     "hub x + identity token t"},
    {"identity token for a password", auths(R"("h.io":{"auth":"YW5uOg==","identitytoken":"t"})"),
     "h.io", "ann  + identity token t"},
    {"identity token alone", auths(R"("h.io":{"identitytoken":"t"})"), "h.io", "identity token t"},
    {"registry token", auths(R"("h.io":{"registrytoken":"r"})"), "h.io", "registry token r"},
    {"password is empty, and so is the identity token",
     auths(R"("h.io":{"username":"u","identitytoken":""})"), "h.io", "u "},
    {"identity token of another host",
     auths(R"("x.io":{"auth":"YW5uOg==","identitytoken":"t"},)" + auth("h.io", hub_x)), "h.io",
     "hub x"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(found(c.json, c.host), c.found);
  }
}

TEST(DockerConfig, HasNothingForOthers) {
  const struct {
    const char* name;
    std::string json;
    const char* host;
  } cases[] = {
    {"no auths", "{}", "h.io"},
    {"no entries", auths(""), "h.io"},
    {"another host", auths(auth("ghcr.io", user_pass)), "h.io"},
    {"another port", auths(auth("h.io:5000", user_pass)), "h.io"},
    {"no port in the key", auths(auth("h.io", user_pass)), "h.io:5000"},
    {"begins alike", auths(auth("h.io.evil", user_pass)), "h.io"},
    {"ends alike", auths(auth("evil.h.io", user_pass)), "h.io"},
    {"host in the path of the key", auths(auth("https://evil/h.io", user_pass)), "h.io"},
    {"marker of a helper", auths(R"("h.io":{})"), "h.io"},
    {"empty auth", auths(auth("h.io", "")), "h.io"},
    {"no user in auth", auths(auth("h.io", no_user)), "h.io"},
    {"auth is a number", auths(R"("h.io":{"auth":7})"), "h.io"},
    {"identity token is a number", auths(R"("h.io":{"identitytoken":7})"), "h.io"},
    {"broken entry of another host", auths(auth("x.io", "!") + R"(,"y.io":7)"), "h.io"},
    {"docker.io's key for a host that begins alike",
     auths(auth("https://index.docker.io/v1/", hub_x)), "docker.io.evil"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(found(c.json, c.host), "none");
  }
}

TEST(DockerConfig, ThatIsNoneIsRefused) {
  const struct {
    const char* name;
    std::string json;
  } cases[] = {
    {"empty", ""},
    {"no JSON", "auths"},
    {"array", "[]"},
    {"cut short", R"({"auths":{"h.io":{"auth":"dXNl)"},
    {"10,000 deep", R"({"auths":)" + std::string(10'000, '{')},
    {"auths are an array", R"({"auths":[]})"},
    {"auths are null", R"({"auths":null})"},
    {"entry is a string", auths(R"("h.io":"dXNlcjpwYTpzcw==")")},
    {"auth is not base64", auths(auth("h.io", "hunter2!"))},
    {"auth is cut", auths(auth("h.io", "dXNlc"))},
    {"auth has no colon", auths(auth("h.io", no_colon))},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(found(c.json, "h.io"), "malformed");
  }
}

TEST(DockerConfig, MostSpecificKeyWins) {
  const auto all
    = auths(auth("h.io", first) + ',' + auth("h.io/ns", second) + ',' + auth("h.io/ns/m", third));
  const struct {
    const char* name;
    std::string json;
    login_file kind;
    const char* repository;
    const char* found;
  } cases[] = {
    {"repository", all, login_file::podman, "ns/m", "c 3"},
    {"below the repository", all, login_file::podman, "ns/m/x", "c 3"},
    {"namespace", all, login_file::podman, "ns/other", "b 2"},
    {"begins like the repository", all, login_file::podman, "ns/mx", "b 2"},
    {"begins like the namespace", all, login_file::podman, "nsx/m", "a 1"},
    {"host", all, login_file::podman, "other/m", "a 1"},
    {"no repository is known", all, login_file::podman, "", "a 1"},
    {"in docker's file, too", all, login_file::docker, "ns/m", "c 3"},
    {"of others alone", auths(auth("h.io/other", first)), login_file::podman, "ns/m", "none"},
    {"of others alone, to docker", auths(auth("h.io/other", first)), login_file::docker, "ns/m",
     "a 1"},
    {"of others, to docker the last", auths(auth("h.io/other", first) + ',' + auth("H.io", second)),
     login_file::docker, "ns/m", "b 2"},
    {"a scheme makes the path an address", auths(auth("https://h.io/v1/", first)),
     login_file::podman, "ns/m", "a 1"},
    {"marker of a namespace", auths(R"("h.io/ns":{},)" + auth("h.io", first)), login_file::podman,
     "ns/m", "a 1"},
    {"slash at the end", auths(auth("h.io/ns/", first)), login_file::podman, "ns/m", "a 1"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(found(c.json, "h.io", c.kind, c.repository), c.found);
  }
}

TEST(DockerConfig, NamespacesOfDockerHubGoByAllItsNames) {
  const auto all = auths(auth("docker.io/ns", first) + ',' + auth("docker.io", second));
  for (const auto* host : {"docker.io", "index.docker.io", "registry-1.docker.io"}) {
    EXPECT_EQ(found(all, host, login_file::podman, "ns/m"), "a 1");
    EXPECT_EQ(found(all, host, login_file::podman, "library/m"), "b 2");
  }
}

TEST(DockerConfig, OfOldHasItsEntriesOnTop) {
  const auto old = '{' + auth("https://h.io/v1/", user_pass) + '}';
  EXPECT_EQ(found(old, "h.io", login_file::dockercfg), "user pa:ss");
  EXPECT_EQ(found(old, "h.io", login_file::docker), "none");
  EXPECT_EQ(found("{}", "h.io", login_file::dockercfg), "none");
  EXPECT_EQ(found("[]", "h.io", login_file::dockercfg), "malformed");
  EXPECT_EQ(found(R"({"h.io":"x"})", "h.io", login_file::dockercfg), "malformed");
}

TEST(DockerConfig, NamesTheHelperToAsk) {
  const std::string some_auths = R"("auths":{"h.io":{"auth":"YTox"}})"; // a:1
  const struct {
    const char* name;
    std::string json;
    login_file kind;
    const char* host;
    const char* found;
  } cases[] = {
    {"of the host", R"({"credHelpers":{"h.io":"pass"},)" + some_auths + '}', login_file::docker,
     "h.io", "ask pass for h.io by credHelpers"},
    {"of the host, to podman", R"({"credHelpers":{"h.io":"pass"},)" + some_auths + '}',
     login_file::podman, "h.io", "ask pass for h.io by credHelpers"},
    {"of the host in another spelling", R"({"credHelpers":{"https://H.io":"pass"}})",
     login_file::docker, "h.io", "ask pass for h.io by credHelpers"},
    {"with a port", R"({"credHelpers":{"h.io:5000":"pass"}})", login_file::docker, "h.io:5000",
     "ask pass for h.io:5000 by credHelpers"},
    {"of all hosts", R"({"credsStore":"desktop",)" + some_auths + '}', login_file::docker, "h.io",
     "ask desktop for h.io by credsStore"},
    {"of the host before that of all", R"({"credsStore":"desktop","credHelpers":{"h.io":"pass"}})",
     login_file::docker, "h.io", "ask pass for h.io by credHelpers"},
    {"of another host", R"({"credHelpers":{"x.io":"pass"},)" + some_auths + '}', login_file::docker,
     "h.io", "a 1"},
    {"of another port", R"({"credHelpers":{"h.io:5000":"pass"},)" + some_auths + '}',
     login_file::docker, "h.io", "a 1"},
    {"no helper for this host",
     R"({"credsStore":"desktop","credHelpers":{"h.io":""},)" + some_auths + '}', login_file::docker,
     "h.io", "a 1"},
    {"no store", R"({"credsStore":"",)" + some_auths + '}', login_file::docker, "h.io", "a 1"},
    {"store is a number", R"({"credsStore":7,)" + some_auths + '}', login_file::docker, "h.io",
     "a 1"},
    {"podman knows no store", R"({"credsStore":"desktop",)" + some_auths + '}', login_file::podman,
     "h.io", "a 1"},
    {"no helpers at all", R"({"credHelpers":null,)" + some_auths + '}', login_file::docker, "h.io",
     "a 1"},
    {"docker.io", R"({"credHelpers":{"docker.io":"pass"}})", login_file::docker,
     "registry-1.docker.io", "ask pass for https://index.docker.io/v1/ by credHelpers"},
    {"docker.io of the store", R"({"credsStore":"pass"})", login_file::docker, "docker.io",
     "ask pass for https://index.docker.io/v1/ by credsStore"},
    {"docker.io to podman", R"({"credHelpers":{"docker.io":"pass"}})", login_file::podman,
     "docker.io", "ask pass for docker.io by credHelpers"},
    {"broken auths are not read", R"({"credsStore":"pass","auths":[]})", login_file::docker, "h.io",
     "ask pass for h.io by credsStore"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(found(c.json, c.host, c.kind), c.found);
  }
}

TEST(DockerConfig, HelperThatCannotBeAProgramIsRefused) {
  const auto long_name = std::string(65, 'x');
  for (const std::string& name :
       {std::string{"../x"}, std::string{"/bin/sh"}, std::string{"a/b"}, std::string{"a b"},
        std::string{"x;id"}, std::string{"$(id)"}, std::string{"x\\\\y"}, std::string{"\\u0000"},
        std::string{"\\u00e4"}, std::string{"\\n"}, long_name}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(found(R"({"credsStore":")" + name + R"("})", "h.io"), "malformed");
    EXPECT_EQ(found(R"({"credHelpers":{"h.io":")" + name + R"("}})", "h.io"), "malformed");
    EXPECT_EQ(found(R"({"credHelpers":{"x.io":")" + name + R"("}})", "h.io"), "none");
  }
  for (const auto* helpers :
       {"[]", R"("pass")", "7", R"({"h.io":7})", R"({"h.io":null})", R"({"h.io":["pass"]})"})
    EXPECT_EQ(found(R"({"credHelpers":)" + std::string{helpers} + '}', "h.io"), "malformed")
      << helpers;
}

TEST(DockerConfig, RefusalNamesTheEntryAndNotItsSecret) {
  for (const char* value : {"hunter2!", no_colon}) {
    auto entry = find_stored_login(auths(auth("h.io", value)), login_file::docker, "h.io", "m");
    ASSERT_FALSE(entry);
    EXPECT_THAT(entry.error().message, HasSubstr("`h.io`"));
    EXPECT_THAT(entry.error().message, Not(HasSubstr("hunter2")));
    EXPECT_THAT(entry.error().message, Not(HasSubstr(value)));
  }
}

} // namespace
} // namespace flotilla::protocol
