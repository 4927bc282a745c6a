#include "protocol/docker_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
constexpr auto no_password = "YW5uOg==";       // ann:

std::string auths(const std::string& entries) {
  return R"({"auths":{)" + entries + R"(},"credsStore":"desktop"})";
}

std::string auth(const std::string& key, const std::string& value) {
  return '"' + key + R"(":{"auth":")" + value + R"("})";
}

/// `user password`, `none`, or `malformed`.
std::string found(const std::string& json, std::string_view host) {
  auto entry = find_docker_credentials(json, host);
  if (!entry)
    return to_string(entry.error().code);
  return *entry ? (*entry)->user + ' ' + (*entry)->password : "none";
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
     auths(R"("h.io":{"auth":"aHViOng=","identitytoken":"t"})"), "h.io", "hub x"},
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
    {"identity token alone", auths(R"("h.io":{"identitytoken":"t"})"), "h.io"},
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

TEST(DockerConfig, WithAnIdentityTokenForAPasswordIsRefusedAndSaysSo) {
  for (const auto& entry :
       {R"({"auth":")" + std::string{no_password} + R"(","identitytoken":"hunter2"})",
        std::string{R"({"username":"ann","identitytoken":"hunter2"})"},
        std::string{R"({"username":"ann","password":"","identitytoken":"hunter2"})"}})
    for (const char* key : {"h.io", "https://h.io/v1/"}) {
      SCOPED_TRACE(key + entry);
      auto found = find_docker_credentials(auths('"' + std::string{key} + R"(":)" + entry), "h.io");
      ASSERT_FALSE(found);
      EXPECT_EQ(found.error().code, errc::usage);
      EXPECT_THAT(found.error().message, HasSubstr('`' + std::string{key} + '`'));
      EXPECT_THAT(found.error().message, HasSubstr("identity token"));
      EXPECT_THAT(found.error().hint, HasSubstr("--password-stdin"));
      EXPECT_THAT(found.error().message + found.error().hint, Not(HasSubstr("hunter2")));
    }
}

TEST(DockerConfig, RefusalNamesTheEntryAndNotItsSecret) {
  for (const char* value : {"hunter2!", no_colon}) {
    auto entry = find_docker_credentials(auths(auth("h.io", value)), "h.io");
    ASSERT_FALSE(entry);
    EXPECT_THAT(entry.error().message, HasSubstr("`h.io`"));
    EXPECT_THAT(entry.error().message, Not(HasSubstr("hunter2")));
    EXPECT_THAT(entry.error().message, Not(HasSubstr(value)));
  }
}

} // namespace
} // namespace flotilla::protocol
