#include "protocol/ollama_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

http_response response(header_fields fields, int status = 202) {
  return {status, std::move(fields), {}, "https://reg.example/v2/me/m/blobs/uploads/"};
}

TEST(OllamaSession, IsKnownByItsOwnField) {
  EXPECT_TRUE(names_ollama_session(response({{"docker-upload-location", "/u/1"}})));
  EXPECT_FALSE(names_ollama_session(response({{"Location", "/u/1"}})));
  EXPECT_FALSE(names_ollama_session(response({{"Docker-Upload-UUID", "1"}})));
  EXPECT_FALSE(names_ollama_session(response({{"Docker-Upload-Location", " "}})));
  EXPECT_FALSE(names_ollama_session(response({})));
}

TEST(OllamaSession, IsNamedByOneOfTwoFields) {
  const struct {
    const char* name;
    int status;
    header_fields fields;
    const char* url; // empty: none
  } cases[] = {
    {"its own field",
     202,
     {{"Docker-Upload-Location", "/u/1?a=b%2f"}},
     "https://reg.example/u/1?a=b%2f"},
    {"absolute", 202, {{"Docker-Upload-Location", "https://up.example/u"}}, "https://up.example/u"},
    {"the usual field", 202, {{"Location", "/u/1"}}, "https://reg.example/u/1"},
    {"its own first",
     202,
     {{"Location", "/u/1"}, {"Docker-Upload-Location", "/u/2"}},
     "https://reg.example/u/2"},
    {"200", 200, {{"Location", "/u/1"}}, "https://reg.example/u/1"},
    {"beside a storage",
     307,
     {{"Location", "https://s3.example/p"}, {"Docker-Upload-Location", "/u/2"}},
     "https://reg.example/u/2"},
    {"a storage alone", 307, {{"Location", "https://s3.example/p"}}, ""},
    {"a storage alone, for good", 308, {{"Location", "https://s3.example/p"}}, ""},
    {"neither", 202, {}, ""},
    {"blank", 202, {{"Location", ""}, {"Docker-Upload-Location", "\t"}}, ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto found = ollama_session_in(response(c.fields, c.status));
    ASSERT_TRUE(found);
    EXPECT_EQ(*found ? (*found)->to_string() : "", c.url);
  }
}

TEST(OllamaSession, IsRefusedWhereItLeadsAstray) {
  for (const auto* location : {"ftp://reg.example/u", "http://other.example/u?sig=secret",
                               "https://me:secret@reg.example/u", "https://", "https://h:0/u",
                               "//[::1/u", "https://127.0.0.1/u", "/u\x01"}) {
    SCOPED_TRACE(location);
    for (const auto* field : {"Docker-Upload-Location", "Location"}) {
      auto found = ollama_session_in(response({{field, location}}));
      ASSERT_FALSE(found);
      EXPECT_EQ(found.error().code, errc::refused);
      EXPECT_THAT(found.error().message, HasSubstr("https://reg.example/v2/me/m/blobs/uploads/"));
      EXPECT_THAT(found.error().message, Not(HasSubstr("secret")));
    }
    EXPECT_FALSE(part_storage_in(response({{"Location", location}}, 307)));
    EXPECT_FALSE(direct_storage_in(response({{"X-Direct-Upload-URL", location}})));
  }
}

TEST(OllamaSession, KeepsAStoragesUrlByteForByte) {
  for (const auto* kept :
       {"https://s3.example/a%2fb/../c//d/./e?sig=x%2fy%2B~%7e+z&X=1",
        "https://s3.example/?a=b&a=b", "https://s3.example:9000/x?", "https://s3.example/%41"}) {
    auto part = part_storage_in(response({{"Location", kept}}, 307));
    ASSERT_TRUE(part && *part);
    EXPECT_EQ((*part)->at.to_string(), kept);
    auto direct = direct_storage_in(response({{"X-Direct-Upload-URL", kept}}));
    ASSERT_TRUE(direct && *direct);
    EXPECT_EQ((*direct)->at.to_string(), kept);
  }
}

TEST(OllamaSession, OfPartsHasNoDirectStorage) {
  auto none = direct_storage_in(response({{"Location", "/u"}, {"X-Signed-Header-A", "b"}}));
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  none = part_storage_in(response({}, 307));
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

header_fields direct_with(header_fields more) {
  more.add("X-Direct-Upload-URL", "https://s3.example/x");
  return more;
}

TEST(OllamaSession, TakesTheFieldsThatWereSigned) {
  auto found = direct_storage_in(response(direct_with({{"X-Signed-Header-Content-Type", "a/b"},
                                                       {"x-signed-header-x-amz-acl", "private"},
                                                       {"X-Signed-Header-Authorization", "AWS4 x"},
                                                       {"X-Signed-Header-Empty", ""},
                                                       {"X-Signed-Header-Twice", "1"},
                                                       {"X-Signed-Header-Twice", "2"},
                                                       {"X-Signed", "no"},
                                                       {"Other", "no"}})));
  ASSERT_TRUE(found && *found);
  const auto& fields = (*found)->fields;
  EXPECT_EQ(fields.size(), 5u);
  EXPECT_EQ(fields.value("content-type"), "a/b");
  EXPECT_EQ(fields.value("X-Amz-Acl"), "private");
  EXPECT_EQ(fields.value("authorization"), "AWS4 x");
  EXPECT_EQ(fields.value("twice"), "2");
}

TEST(OllamaSession, LeavesTheConnectionsFieldsAlone) {
  for (const std::string name :
       {"Host", "content-length", "Transfer-Encoding", "CONNECTION", "Expect", "TE", "Trailer",
        "Upgrade", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection"}) {
    auto found = direct_storage_in(response(direct_with({{"X-Signed-Header-" + name, "1"}})));
    ASSERT_TRUE(found && *found) << name;
    EXPECT_TRUE((*found)->fields.empty()) << name;
  }
}

TEST(OllamaSession, RefusesFieldsThatNoRequestCanCarry) {
  header_fields many;
  for (int i = 0; i < 33; ++i)
    many.add("X-Signed-Header-A" + std::to_string(i), "1");
  const struct {
    const char* name;
    header_fields fields;
  } cases[] = {
    {"a line break", {{"X-Signed-Header-A", "1\r\nHost: evil"}}},
    {"a bare line feed", {{"X-Signed-Header-A", "1\n2"}}},
    {"a NUL", {{"X-Signed-Header-A", std::string{"1\0", 2}}}},
    {"a DEL", {{"X-Signed-Header-A", "\x7f"}}},
    {"no name", {{"X-Signed-Header-", "1"}}},
    {"a name with a blank", {{"X-Signed-Header-A B", "1"}}},
    {"a name with a colon", {{"X-Signed-Header-A:B", "1"}}},
    {"a name with a line break", {{"X-Signed-Header-A\nB", "1"}}},
    {"a long value", {{"X-Signed-Header-A", std::string(4097, 'x')}}},
    {"many", many},
  };
  for (const auto& c : cases) {
    auto found = direct_storage_in(response(direct_with(c.fields)));
    ASSERT_FALSE(found) << c.name;
    EXPECT_EQ(found.error().code, errc::refused);
    EXPECT_THAT(found.error().message, Not(HasSubstr("evil")));
  }
}

// In MiB: 100 is the least and 1000 the most; from 1600 to 16000 a sixteenth.
TEST(OllamaSession, CutsABlobIntoParts) {
  constexpr std::uint64_t mib = 1'048'576;
  const struct {
    std::uint64_t blob;
    std::uint64_t part;
  } cases[] = {
    {0, 104'857'600},
    {1, 104'857'600},
    {200 * mib + 1, 104'857'600},
    {1600 * mib, 104'857'600},
    {1600 * mib + 16, 104'857'601},
    {3200 * mib, 200 * mib},
    {16'000 * mib, 1'048'576'000},
    {16'000 * mib + 16, 1'048'576'000},
    {UINT64_MAX, 1'048'576'000},
  };
  for (const auto& c : cases)
    EXPECT_EQ(ollama_part_size(c.blob), c.part) << c.blob;
}

} // namespace
} // namespace flotilla::protocol
