#include "protocol/granted_access.hpp"

#include <gtest/gtest.h>

#include <openssl/evp.h>

#include <algorithm>
#include <string>

namespace flotilla::protocol {
namespace {

/// By OpenSSL's encoder.
std::string base64url(const std::string& bytes) {
  std::string text(bytes.size() * 4 / 3 + 4, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                    reinterpret_cast<const unsigned char*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  text.erase(text.find_last_not_of('=') + 1);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::string jwt(const std::string& payload) {
  return base64url(R"({"typ":"JWT","alg":"RS256"})") + '.' + base64url(payload) + ".c2lnbmF0dXJl";
}

std::string access(const std::string& entries) {
  return jwt(R"({"iss":"auth","exp":1,"access":[)" + entries + "]}");
}

std::string entry(const std::string& name, const std::string& actions) {
  return R"({"type":"repository","name":")" + name + R"(","actions":[)" + actions + "]}";
}

/// `pull`, `push`, `pull push`, `nothing`, or `opaque`.
std::string granted(const std::string& token, const char* repository = "a/m") {
  const auto found = granted_actions(token, repository);
  if (!found)
    return "opaque";
  if (found->pull && found->push)
    return "pull push";
  return found->pull ? "pull" : found->push ? "push" : "nothing";
}

// printf '{"access":[{"type":"repository","name":"a/m","actions":["pull","push"]}]}' |
//   basenc --base64url
constexpr auto payload = "eyJhY2Nlc3MiOlt7InR5cGUiOiJyZXBvc2l0b3J5IiwibmFtZSI6ImEvbSIsImFjdGlvbnMi"
                         "OlsicHVsbCIsInB1c2giXX1dfQ==";

TEST(GrantedAccess, IsReadFromTheTokensPayload) {
  const struct {
    const char* name;
    std::string token;
    const char* granted;
  } cases[] = {
    {"by another encoder, padded", std::string{"e30."} + payload + ".c2ln", "pull push"},
    {"without a signature", std::string{"e30."} + payload + '.', "pull push"},
    {"pull and push", access(entry("a/m", R"("pull","push")")), "pull push"},
    {"pull alone", access(entry("a/m", R"("pull")")), "pull"},
    {"push alone", access(entry("a/m", R"("push")")), "push"},
    {"all", access(entry("a/m", R"("*")")), "pull push"},
    {"none", access(entry("a/m", "")), "nothing"},
    {"others", access(entry("a/m", R"("delete","pushy",7,null)")), "nothing"},
    {"no entry", access(""), "nothing"},
    {"another repository", access(entry("a/mx", R"("push")") + ',' + entry("a", R"("push")")),
     "nothing"},
    {"two entries", access(entry("a/m", R"("pull")") + ',' + entry("a/m", R"("push")")),
     "pull push"},
    {"the base of a mount", access(entry("base", R"("pull")") + ',' + entry("a/m", R"("push")")),
     "push"},
    {"not a repository", access(R"({"type":"registry","name":"a/m","actions":["push"]})"),
     "nothing"},
    {"entries that are none", access(R"(7,null,"a/m",[],{},{"type":"repository","name":"a/m"})"),
     "nothing"},
    {"actions that are no list", access(R"({"type":"repository","name":"a/m","actions":"push"})"),
     "nothing"},
    {"letters beyond ASCII", access(R"({"x":"ÿþ~~?>"},)" + entry("a/m", R"("pull")")), "pull"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(granted(c.token), c.granted);
  }
}

TEST(GrantedAccess, OfAnOpaqueTokenIsNotKnown) {
  const struct {
    const char* name;
    std::string token;
  } cases[] = {
    {"empty", ""},
    {"a word", "djE6cmVnaXN0cnk"},
    {"one dot", "."},
    {"two dots", ".."},
    {"two parts", std::string{"e30."} + payload},
    {"four parts", std::string{"e30."} + payload + ".a.b"},
    {"payload is not base64", "e30.{}.c2ln"},
    {"payload is empty", "e30..c2ln"},
    {"payload is no JSON", "e30." + base64url("access") + ".c2ln"},
    {"payload is a list", jwt("[]")},
    {"payload is cut", jwt(R"({"access":[)")},
    {"10,000 deep", jwt(R"({"access":)" + std::string(10'000, '['))},
    {"no access", jwt(R"({"scope":"repository:a/m:pull"})")},
    {"access is null", jwt(R"({"access":null})")},
    {"access is an object", jwt(R"({"access":{}})")},
    {"access is a text", jwt(R"({"access":"push"})")},
    {"blanks", " . . "},
    {"too long", access(entry("a/m", R"("push")")) + std::string(64 << 10, 'x')},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(granted(c.token), "opaque");
  }
}

} // namespace
} // namespace flotilla::protocol
