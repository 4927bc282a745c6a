#include "protocol/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string some_digest
  = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Reference, IsReadIntoItsParts) {
  const std::string tag128(128, 'a');
  const std::string name255 = "h.io/" + std::string(250, 'a');
  const struct {
    std::string text;
    const char* host;
    std::string repository;
    std::string tag;
    bool has_digest;
  } cases[] = {
    {"ghcr.io/team/llama:7b", "ghcr.io", "team/llama", "7b", false},
    {"localhost/a", "localhost", "a", "latest", false},
    {"localhost:5000/a", "localhost:5000", "a", "latest", false},
    {"registry:5000/a:b", "registry:5000", "a", "b", false},
    {"127.0.0.1:5000/a/b/c/d", "127.0.0.1:5000", "a/b/c/d", "latest", false},
    {"[::1]:5000/a:b", "[::1]:5000", "a", "b", false},
    {"Registry.Example.COM/a", "registry.example.com", "a", "latest", false},
    {"LOCALHOST/a", "localhost", "a", "latest", false},
    {"h.io/a@" + some_digest, "h.io", "a", "", true},
    {"h.io/a:v1@" + some_digest, "h.io", "a", "v1", true},
    {"h.io/a.b_c__d-e--f/0", "h.io", "a.b_c__d-e--f/0", "latest", false},
    {"h.io/a:" + tag128, "h.io", "a", tag128, false},
    {"h.io/a:_Under.Score-9", "h.io", "a", "_Under.Score-9", false},
    {name255, "h.io", name255.substr(5), "latest", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    auto read = parse_reference(c.text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->host, c.host);
    EXPECT_EQ(read->repository, c.repository);
    EXPECT_EQ(read->tag, c.tag);
    EXPECT_EQ(read->id.has_value(), c.has_digest);
  }
}

TEST(Reference, IsRefusedWithTheRuleItBreaks) {
  const struct {
    const char* name;
    std::string text;
    const char* why;
  } cases[] = {
    {"empty", "", "it is empty"},
    {"https", "https://ghcr.io/a", "begins with a scheme"},
    {"oci", "oci://ghcr.io/a", "begins with a scheme"},
    {"name alone", "llama", "names no registry host"},
    {"name and tag", "llama:7b", "names no registry host"},
    {"two names", "team/llama:7b", "names no registry host"},
    {"host alone", "ghcr.io", "names no registry host"},
    {"slash first", "/a/b", "names no registry host"},
    {"path of a file", "./model", "is no host"},
    {"host and nothing", "ghcr.io/", "part between slashes is empty"},
    {"host and tag", "ghcr.io/:7b", "part between slashes is empty"},
    {"port 0", "h:0/a", "ports are from 1 to 65535"},
    {"port 65536", "h:65536/a", "ports are from 1 to 65535"},
    {"port without digits", "h:/a", "ports are from 1 to 65535"},
    {"port with letters", "h:5000x/a", "ports are from 1 to 65535"},
    {"query in the host", "h.io?q/a", "is no host"},
    {"fragment after the port", "h.io:80#x/a", "is no host"},
    {"dot first in the host", ".h.io/a", "is no host"},
    {"two dots in the host", "h..io/a", "is no host"},
    {"blank in the host", "h .io/a", "is no host"},
    {"letter beyond ASCII in the host", "h\xC3\xB6.io/a", "is no host"},
    {"bracket left open", "[::1:5000/a", "is no host"},
    {"empty component", "h.io/a//b", "part between slashes is empty"},
    {"slash last", "h.io/a/", "part between slashes is empty"},
    {"upper case", "h.io/Llama", "must be in lower case"},
    {"upper case in a later part", "h.io/a/B", "must be in lower case"},
    {"character not allowed", "h.io/a+b", "`+` is not allowed"},
    {"blank", "h.io/a b", "` ` is not allowed"},
    {"way out", "h.io/../a", "begins or ends with"},
    {"dot alone", "h.io/./a", "begins or ends with"},
    {"separator first", "h.io/-a", "begins or ends with"},
    {"separator last", "h.io/a_", "begins or ends with"},
    {"two dots", "h.io/a..b", "`..` may not stand"},
    {"three underscores", "h.io/a___b", "`___` may not stand"},
    {"mixed separators", "h.io/a.-b", "`.-` may not stand"},
    {"empty tag", "h.io/a:", "it is empty"},
    {"tag of 129", "h.io/a:" + std::string(129, 'a'), "more than 128 characters"},
    {"tag begins with a dot", "h.io/a:.b", "begins with `.` or `-`"},
    {"tag begins with a hyphen", "h.io/a:-b", "begins with `.` or `-`"},
    {"slash in the tag", "h.io/a:b/c", "`/` is not allowed"},
    {"two tags", "h.io/a:b:c", "`:` is not allowed"},
    {"tag with a plus", "h.io/a:1.0+cu", "`+` is not allowed"},
    {"empty digest", "h.io/a@", "is no digest"},
    {"short digest", "h.io/a@sha256:ab", "64 hex digits"},
    {"sha512", "h.io/a@sha512:" + std::string(128, 'a'), "not sha256"},
    {"upper-case digest", "h.io/a@sha256:" + std::string(64, 'A'), "lower case"},
    {"tag after the digest", "h.io/a@" + some_digest + ":b", "is no digest"},
    {"two digests", "h.io/a@" + some_digest + "@" + some_digest, "is no digest"},
    {"user and password", "user:pass@h.io/a", "user and password have no place"},
    {"user and password behind a scheme", "https://u:p@h.io/a", "user and password have no place"},
    {"user and no repository", "user:pass@h.io", "user and password have no place"},
    {"digest and no host", "llama@" + some_digest, "names no registry host"},
    {"256 characters", "h.io/" + std::string(251, 'a'), "more than 255 characters"},
    {"name of 256 characters", "h.io/" + std::string(256, 'a'), "more than 255 characters"},
    {"control character", "h.io/a\x1B[2j", "is not allowed"},
    {"NUL", std::string{"h.io/a\0b", 8}, "is not allowed"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto read = parse_reference(c.text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::malformed);
    EXPECT_THAT(read.error().message, HasSubstr(c.why));
    EXPECT_EQ(read.error().message.find('\x1B'), std::string::npos);
  }
}

TEST(Reference, ThatHoldsAPasswordIsNotQuoted) {
  for (const char* text : {"user:hunter2@h.io/a", "https://user:hunter2@h.io/a:b"}) {
    SCOPED_TRACE(text);
    auto read = parse_reference(text);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, Not(HasSubstr("hunter2")));
  }
}

TEST(Reference, IsWrittenAsItWouldBeTyped) {
  for (const std::string& text :
       {std::string{"h.io/a/b:c"}, "localhost:5000/a@" + some_digest, "h.io/a:b@" + some_digest})
    EXPECT_EQ(parse_reference(text)->to_string(), text);
  EXPECT_EQ(parse_reference("h.io/a")->to_string(), "h.io/a:latest");
}

TEST(Reference, NamesAManifestForEver) {
  EXPECT_EQ(parse_reference("h.io/a:b")->by_digest(*digest::parse(some_digest)),
            "h.io/a@" + some_digest);
}

TEST(Tag, StandsAlone) {
  EXPECT_EQ(*parse_tag("v1.0-rc_1"), "v1.0-rc_1");
  for (const char* text : {"", ".a", "-a", "a b", "a/b", "a:b", "a@b", "ä", "a\n"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_tag(text));
  }
}

TEST(Repository, StandsAlone) {
  EXPECT_EQ(*parse_repository("library/llama3.1"), "library/llama3.1");
  EXPECT_EQ(*parse_repository("a"), "a");
  EXPECT_EQ(*parse_repository(std::string(255, 'a')), std::string(255, 'a'));
  for (const char* text : {"", "/", "a/", "/a", "a//b", "A", "a:b", "a@b", "..", "a/../b", "a\n"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_repository(text));
  }
}

TEST(RegistryEndpoint, IsWhereTheApiAnswers) {
  EXPECT_EQ(registry_endpoint("ghcr.io", true).to_string(), "https://ghcr.io/");
  EXPECT_EQ(registry_endpoint("localhost:5000", false).to_string(), "http://localhost:5000/");
  EXPECT_EQ(registry_endpoint("[::1]:5000", false).origin(), "http://[::1]:5000");
  EXPECT_EQ(registry_endpoint("docker.io", true).origin(), "https://registry-1.docker.io");
  EXPECT_EQ(registry_endpoint("docker.io.example", true).origin(), "https://docker.io.example");
}

} // namespace
} // namespace flotilla::protocol
