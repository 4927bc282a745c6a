#include "protocol/registry_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using namespace std::string_literals;

TEST(RegistryError, IsReadFromTheBody) {
  const struct {
    const char* name;
    std::string body;
    const char* code;
    const char* message;
  } cases[] = {
    {"as the spec has it",
     R"({"errors":[{"code":"DENIED","message":"quota exceeded","detail":{"a":[1]}}]})", "DENIED",
     "quota exceeded"},
    {"code alone", R"({"errors":[{"code":"BLOB_UNKNOWN"}]})", "BLOB_UNKNOWN", ""},
    {"code in lower case", R"({"errors":[{"code":"denied"}]})", "DENIED", ""},
    {"the first of two", R"({"errors":[{"code":"A"},{"code":"B","message":"b"}]})", "A", ""},
    {"detail instead of a message", R"({"errors":[{"code":"A","message":"","detail":"why"}]})", "A",
     "why"},
    {"docker hub's limit", R"({"details":"rate limited"})", "", "rate limited"},
    {"one error", R"({"error":"no such repository"})", "", "no such repository"},
    {"message alone", R"({"message":"forbidden"})", "", "forbidden"},
    {"error is text", R"({"errors":["no"]})", "", "no"},
    {"plain text", "404 page not found\n", "", "404 page not found"},
    {"plain text of two lines", "\r\nupstream\r\n\tdown", "", "upstream down"},
    {"Latin-1", "gr\xFC\xDF", "", "gr??"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto error = parse_registry_error(c.body);
    EXPECT_EQ(error.code, c.code);
    EXPECT_EQ(error.message, c.message);
  }
}

TEST(RegistryError, IsEmptyWhereNothingCanBeRead) {
  const struct {
    const char* name;
    std::string body;
  } cases[] = {
    {"empty", ""},
    {"blanks", " \r\n "},
    {"HTML of a proxy", "<html><h1>502 Bad Gateway</h1></html>"},
    {"HTML after blanks", "\n\n  <!DOCTYPE html>"},
    {"long text", std::string(301, 'x')},
    {"binary", "\x7F\x45LF\x01"},
    {"escape sequences", "\x1B[2Jgone"},
    {"NUL", "a\0b"s},
    {"JSON cut short", R"({"errors":[{"code":"DENIED")"},
    {"JSON of another kind", R"(["DENIED"])"},
    {"number", R"({"errors":7})"},
    {"no errors", R"({"errors":[]})"},
    {"error is a number", R"({"errors":[7]})"},
    {"error is empty", R"({"errors":[{}]})"},
    {"code and message of odd kinds", R"({"errors":[{"code":7,"message":["x"]}]})"},
    {"10,000 deep", std::string(10'000, '[')},
    {"10,000 deep within", R"({"errors":[{"code":"A","detail":)" + std::string(10'000, '{')},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto error = parse_registry_error(c.body);
    EXPECT_EQ(error.code, "");
    EXPECT_EQ(error.message, "");
  }
}

TEST(RegistryError, IsFitToBeShown) {
  const auto error = parse_registry_error(
    R"({"errors":[{"code":"A\u001b[1m","message":"\u001b[2J\u0007 now\r\nthen \u202e"}]})");
  EXPECT_EQ(error.code, "A [1M");
  EXPECT_EQ(error.message, "[2J now then");
}

TEST(RegistryError, IsCutWhereItIsLong) {
  const auto error
    = parse_registry_error(R"({"errors":[{"code":")" + std::string(5000, 'A') + R"(","message":")"
                           + std::string(100'000, 'm') + R"("}]})");
  EXPECT_LE(error.code.size(), 64u);
  EXPECT_LE(error.message.size(), 300u);
}

TEST(Describe, IsOneClause) {
  const struct {
    int status;
    const char* body;
    const char* text;
  } cases[] = {
    {403, R"({"errors":[{"code":"DENIED","message":"quota exceeded"}]})",
     "403 DENIED: quota exceeded"},
    {502, "", "502 Bad Gateway"},
    {502, "<html>no</html>", "502 Bad Gateway"},
    {404, R"({"errors":[{"code":"NAME_UNKNOWN"}]})", "404 NAME_UNKNOWN"},
    {503, "try later", "503 Service Unavailable: try later"},
    {599, "", "599"},
    {599, "odd", "599: odd"},
    {429, R"({"details":"slow down"})", "429 Too Many Requests: slow down"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(describe({c.status, {}, c.body, {}}), c.text);
  }
}

TEST(HasErrorCode, ComparesWithoutCase) {
  const http_response response{400, {}, R"({"errors":[{"code":"digest_invalid"}]})", {}};
  EXPECT_TRUE(has_error_code(response, "DIGEST_INVALID"));
  EXPECT_FALSE(has_error_code(response, "DIGEST"));
  EXPECT_FALSE(has_error_code({400, {}, "DIGEST_INVALID", {}}, "DIGEST_INVALID"));
  EXPECT_FALSE(has_error_code({400, {}, "", {}}, "DIGEST_INVALID"));
}

TEST(RegistryError, OfSeveralIsTheMostTelling) {
  http_response response{500,
                         {},
                         R"({"errors":[{"code":"UNKNOWN","message":"unknown error"},
    {"code":"UNKNOWN"},{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry"}]})",
                         {}};
  EXPECT_EQ(describe(response), "500 MANIFEST_BLOB_UNKNOWN: blob unknown to registry");
  EXPECT_TRUE(has_error_code(response, "MANIFEST_BLOB_UNKNOWN"));
  EXPECT_TRUE(has_error_code(response, "UNKNOWN"));
  EXPECT_FALSE(has_error_code(response, "DENIED"));
}

TEST(RegistryError, OfUnknownsAloneIsTheFirst) {
  http_response response{
    500, {}, R"({"errors":[{"code":"UNKNOWN","message":"a"},{"code":"UNKNOWN"}]})", {}};
  EXPECT_EQ(describe(response), "500 UNKNOWN: a");
}

} // namespace
} // namespace flotilla::protocol
