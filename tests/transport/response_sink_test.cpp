#include "transport/response_sink.hpp"

#include <gtest/gtest.h>

namespace flotilla::transport {
namespace {

constexpr response_sink::limits usual{64 << 10, 100};

/// Hands the lines over as curl does, each with its end.
bool feed(response_sink& sink, std::initializer_list<std::string_view> lines) {
  bool fits = true;
  for (const auto line : lines)
    fits = fits && sink.header(std::string{line} + "\r\n");
  return fits;
}

TEST(ResponseSink, KeepsStatusFieldsAndBody) {
  response_sink sink{usual, false};
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 202 Accepted", "Location: /v2/x?_state=a:b", "Range:0-7", ""}));
  EXPECT_TRUE(sink.body("one "));
  EXPECT_TRUE(sink.body("two"));
  const auto response = sink.take();
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.fields.size(), 2U);
  EXPECT_EQ(response.fields.value("location"), "/v2/x?_state=a:b");
  EXPECT_EQ(response.fields.value("range"), "0-7");
  EXPECT_EQ(response.body, "one two");
}

TEST(ResponseSink, StatusCountsFromTheEndOfTheHead) {
  response_sink sink{usual, false};
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 404 Not Found", "A: b"}));
  EXPECT_EQ(sink.status(), 0);
  EXPECT_TRUE(feed(sink, {""}));
  EXPECT_EQ(sink.status(), 404);
}

TEST(ResponseSink, InterimAnswersLeaveNothing) {
  response_sink sink{usual, false};
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 100 Continue", "Location: /wrong", ""}));
  EXPECT_EQ(sink.status(), 0);
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 103 Early Hints", "Link: x", ""}));
  EXPECT_EQ(sink.status(), 0);
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 201 Created", "Location: /right", ""}));
  const auto response = sink.take();
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.fields.size(), 1U);
  EXPECT_EQ(response.fields.value("location"), "/right");
}

TEST(ResponseSink, FieldsKeepTheirBytesButNoControls) {
  const struct {
    const char* name;
    std::string line;
    std::string value;
  } cases[] = {
    {"blanks around", "X:  a b \t", "a b"},
    {"no blank", "X:a", "a"},
    {"no value", "X:", ""},
    {"colons", "X: a:b:c", "a:b:c"},
    {"UTF-8", "X: \xC3\xA9", "\xC3\xA9"},
    {"bytes that are no text", "X: \xFF\xFE", "\xFF\xFE"},
    {"escape sequence", "X: \x1B[31mred\x1B[0m", "[31mred[0m"},
    {"bell, null and delete", std::string{"X: a\a\0b\x7F", 7} + "c", "abc"},
    {"bare carriage return", "X: a\rSet-Cookie: b", "aSet-Cookie: b"},
    {"tab", "X: a\tb", "a b"},
  };
  for (const auto& x : cases) {
    SCOPED_TRACE(x.name);
    response_sink sink{usual, false};
    EXPECT_TRUE(feed(sink, {"HTTP/1.1 200 OK", x.line, ""}));
    EXPECT_EQ(sink.take().fields.value("x"), x.value);
  }
}

TEST(ResponseSink, AFieldMayGoOnInTheNextLine) {
  response_sink sink{usual, false};
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 200 OK", "A: one", "  two", "\tthree", "B: four", ""}));
  const auto response = sink.take();
  EXPECT_EQ(response.fields.value("a"), "one two three");
  EXPECT_EQ(response.fields.value("b"), "four");
}

TEST(ResponseSink, OddLinesAreSkipped) {
  response_sink sink{usual, false};
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 200 OK", " continues nothing", "no colon here", "A: b", ""}));
  EXPECT_EQ(sink.take().fields.size(), 1U);
}

TEST(ResponseSink, TrailersAreDropped) {
  response_sink sink{usual, false};
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 200 OK", ""}));
  EXPECT_TRUE(sink.body("x"));
  EXPECT_TRUE(feed(sink, {"Location: /late", ""}));
  EXPECT_TRUE(sink.take().fields.empty());
}

TEST(ResponseSink, HeadsHaveALimitInAll) {
  response_sink sink{{90, 100}, false};
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 100 Continue", "A: 12345678901234567890", ""}));
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 100 Continue"}));
  EXPECT_FALSE(sink.headers_too_long());
  EXPECT_FALSE(feed(sink, {"A: 12345678901234567890"})) << "the first head counts as well";
  EXPECT_TRUE(sink.headers_too_long());
}

TEST(ResponseSink, OfABodyTheBeginningIsKept) {
  response_sink sink{usual, false};
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 500 Oh", ""}));
  EXPECT_TRUE(sink.body(std::string(60, 'a')));
  EXPECT_TRUE(sink.body(std::string(60, 'b')));
  EXPECT_TRUE(sink.body(std::string(60, 'c')));
  EXPECT_FALSE(sink.cut());
  EXPECT_EQ(sink.take().body, std::string(60, 'a') + std::string(40, 'b'));
}

TEST(ResponseSink, ABodyWithoutEndIsCut) {
  response_sink sink{usual, false};
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 500 Oh", ""}));
  const std::string mib(1 << 20, 'x');
  for (int i = 0; i < 64; ++i)
    ASSERT_TRUE(sink.body(mib));
  EXPECT_FALSE(sink.body("x"));
  EXPECT_TRUE(sink.cut());
}

TEST(ResponseSink, KnowsWhenAnAnswerIsComplete) {
  const struct {
    const char* name;
    std::initializer_list<std::string_view> head;
    std::string body;
    bool is_head;
    bool complete;
  } cases[] = {
    {"all bytes are there", {"HTTP/1.1 413 No", "Content-Length: 3", ""}, "abc", false, true},
    {"none to come", {"HTTP/1.1 413 No", "Content-Length: 0", ""}, "", false, true},
    {"no body by status", {"HTTP/1.1 204 Done", ""}, "", false, true},
    {"no body by method", {"HTTP/1.1 200 OK", "Content-Length: 3", ""}, "", true, true},
    {"one byte missing", {"HTTP/1.1 413 No", "Content-Length: 3", ""}, "ab", false, false},
    {"until the end", {"HTTP/1.1 413 No", ""}, "abc", false, false},
    {"in chunks", {"HTTP/1.1 413 No", "Transfer-Encoding: chunked", ""}, "abc", false, false},
    {"length is no number", {"HTTP/1.1 413 No", "Content-Length: x", ""}, "abc", false, false},
    {"number and more", {"HTTP/1.1 413 No", "Content-Length: 3, 3", ""}, "abc", false, false},
    {"head not ended", {"HTTP/1.1 413 No", "Content-Length: 0"}, "", false, false},
    {"interim", {"HTTP/1.1 100 Continue", "Content-Length: 0", ""}, "", false, false},
    {"nothing yet", {}, "", false, false},
  };
  for (const auto& x : cases) {
    SCOPED_TRACE(x.name);
    response_sink sink{usual, x.is_head};
    EXPECT_TRUE(feed(sink, x.head));
    EXPECT_TRUE(sink.body(x.body));
    EXPECT_EQ(sink.complete(), x.complete);
  }
}

TEST(ResponseSink, ForgetsAnAnswerToTheFirstAttempt) {
  response_sink sink{usual, false};
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 417 Expectation Failed", "Content-Length: 2", ""}));
  EXPECT_TRUE(sink.body("no"));
  sink.forget();
  EXPECT_EQ(sink.status(), 0);
  EXPECT_FALSE(sink.complete());
  EXPECT_TRUE(feed(sink, {"HTTP/1.1 201 Created", ""}));
  EXPECT_TRUE(sink.body("yes"));
  EXPECT_EQ(sink.take().body, "yes");
}

} // namespace
} // namespace flotilla::transport
