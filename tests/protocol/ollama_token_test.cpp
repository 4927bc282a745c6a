#include "protocol/ollama_token.hpp"

#include "tests/support/known_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace flotilla::protocol {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr seconds new_year{1'735'689'600}; // 2025-01-01T00:00:00Z

/// 00…0f.
ollama_nonce counting() {
  ollama_nonce nonce{};
  std::iota(nonce.begin(), nonce.end(), std::uint8_t{0});
  return nonce;
}

challenge bearer(const std::string& realm, const std::string& service, const std::string& scope) {
  return {"bearer", {}, {{"realm", realm}, {"service", service}, {"scope", scope}}};
}

result<ollama_token_request> sign(const challenge& asked, const std::string& registry,
                                  const ollama_nonce& nonce = counting()) {
  return sign_ollama_token_request(asked, *parse_url(registry), test::known_key::pair(), new_year,
                                   nonce);
}

TEST(OllamaToken, IsAskedForByTheTestVector) {
  const auto made = sign(bearer("https://registry.ollama.ai/v2/token", "registry.ollama.ai",
                                "repository:myns/mymodel:pull,push"),
                         "https://registry.ollama.ai/v2/");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->where.to_string(),
            "https://registry.ollama.ai/v2/token?nonce=AAECAwQFBgcICQoLDA0ODw"
            "&scope=repository%3Amyns%2Fmymodel%3Apull%2Cpush&service=registry.ollama.ai"
            "&ts=1735689600");
  EXPECT_EQ(
    made->authorization,
    "AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4:"
    "td0hHH5f7fjoSQQcXoxlxU3CFmSpDiX3LkkUvnqrbcyF06bBdhHnedLNrbaHCCRDqRrFP1kNnQZM08F3Ei86Aw==");
}

// The order and the escapes of Go's url.Values.Encode.
TEST(OllamaToken, IsAskedForWithSortedParameters) {
  const std::string tail = "nonce=AAECAwQFBgcICQoLDA0ODw";
  const struct {
    const char* name;
    challenge asked;
    std::string query;
  } cases[] = {
    {"several scopes", bearer("https://r.example/t", "s", "repository:b:pull repository:a:push"),
     tail + "&scope=repository%3Ab%3Apull&scope=repository%3Aa%3Apush&service=s&ts=1735689600"},
    {"a scope that is none", bearer("https://r.example/t", "s", "-"),
     tail + "&scope=-&service=s&ts=1735689600"},
    {"neither service nor scope", bearer("https://r.example/t", "", " "), tail + "&ts=1735689600"},
    {"more to escape", bearer("https://r.example/t", "a b+c&d=~", "ü"),
     tail + "&scope=%C3%BC&service=a+b%2Bc%26d%3D~&ts=1735689600"},
    {"the realm's own",
     bearer("https://r.example/t?z=1&account=me&scope=x%3ay&a+b=%2f&&bare", "s", "y"),
     "a+b=%2F&account=me&bare=&" + tail + "&scope=x%3Ay&scope=y&service=s&ts=1735689600&z=1"},
    {"the realm's own, broken", bearer("https://r.example/t?a=%zz&b=%4&c=%", "s", "y"),
     "a=%25zz&b=%254&c=%25&" + tail + "&scope=y&service=s&ts=1735689600"},
    {"an empty query", bearer("https://r.example/t?", "s", "y"),
     tail + "&scope=y&service=s&ts=1735689600"},
  };
  for (const auto& x : cases) {
    const auto made = sign(x.asked, "https://r.example/v2/");
    ASSERT_TRUE(made) << x.name << ": " << made.error().message;
    EXPECT_EQ(made->where.to_string(), "https://r.example/t?" + x.query) << x.name;
  }
}

TEST(OllamaToken, HasANonceThatNeedsNoEscape) {
  ollama_nonce nonce;
  nonce.fill(0xFB); // python3: base64.urlsafe_b64encode(b'\xfb' * 16)
  const auto made = sign(bearer("https://r.example/t", "", ""), "https://r.example", nonce);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->where.target, "/t?nonce=-_v7-_v7-_v7-_v7-_v7-w&ts=1735689600");
}

TEST(OllamaToken, IsAskedForAtTheRegistryAlone) {
  const struct {
    const char* name;
    const char* realm;
    const char* registry;
    bool allowed;
  } cases[] = {
    {"itself", "https://r.example/t", "https://r.example/v2/", true},
    {"itself in other words", "HTTPS://R.example:443/t", "https://r.example", true},
    {"itself at a port", "https://r.example:5000/t", "https://r.example:5000", true},
    {"http on loopback", "http://127.0.0.1:11/t", "http://127.0.0.1:11", true},
    {"https of an http registry", "https://r.example:5000/t", "http://r.example:5000", true},
    {"another host", "https://auth.r.example/t", "https://r.example", false},
    {"a host that begins alike", "https://r.example.evil/t", "https://r.example", false},
    {"another port", "https://r.example:8443/t", "https://r.example", false},
    {"no port where there is one", "https://r.example/t", "https://r.example:5000", false},
    {"another name of the same machine", "http://localhost:11/t", "http://127.0.0.1:11", false},
    {"http of an https registry", "http://r.example:443/t", "https://r.example", false},
    {"http of an https registry on loopback", "http://localhost:11/t", "https://localhost:11",
     false},
    {"http elsewhere", "http://r.example/t", "http://r.example", false},
  };
  for (const auto& x : cases) {
    const auto made = sign(bearer(x.realm, "s", "y"), x.registry);
    ASSERT_EQ(static_cast<bool>(made), x.allowed) << x.name;
    if (made)
      continue;
    EXPECT_EQ(made.error().code, errc::refused) << x.name;
    EXPECT_THAT(made.error().message, HasSubstr(x.realm)) << x.name;
    EXPECT_THAT(made.error().message, HasSubstr(parse_url(x.registry)->origin())) << x.name;
  }
}

TEST(OllamaToken, IsNotAskedForWhereTheRealmIsNoUrl) {
  for (const auto* realm : {"", "r.example/t", "ftp://r.example/t", "https://",
                            "https://me@r.example/t", "https:// /"}) {
    const auto made = sign(bearer(realm, "s", "y"), "https://r.example");
    ASSERT_FALSE(made) << realm;
    EXPECT_EQ(made.error().code, errc::malformed) << realm;
    EXPECT_THAT(made.error().message, HasSubstr("https://r.example")) << realm;
  }
}

TEST(OllamaToken, HasAUrlThatFitsIntoARequest) {
  const auto made = sign(bearer("https://r.example/t?a=s3cret", "s", std::string(8'200, 'x')),
                         "https://r.example");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::refused);
  EXPECT_THAT(made.error().message, HasSubstr("8 KiB"));
  EXPECT_THAT(made.error().message, Not(HasSubstr("s3cret")));
}

TEST(OllamaToken, IsNotSignedByHalvesOfTwoKeys) {
  auto key = test::known_key::pair();
  key.public_key[0] ^= 1U;
  const auto made
    = sign_ollama_token_request(bearer("https://r.example/t", "s", "y"),
                                *parse_url("https://r.example"), key, new_year, ollama_nonce{});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::malformed);
}

} // namespace
} // namespace flotilla::protocol
