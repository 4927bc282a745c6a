#include "transport/body_reader.hpp"

#include "tests/support/temp_dir.hpp"
#include "tests/transport/asking.hpp"
#include "tests/transport/descriptor_limit.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flotilla::transport {
namespace {

using protocol::errc;
using test::write_file;

struct BodyReader : testing::Test {
  test::temp_dir folder;
  std::string path = folder / "blob";

  protocol::http_request slice(std::uint64_t offset, std::uint64_t length,
                               std::uint64_t file_size) const {
    protocol::http_request request;
    request.file = {path, offset, length, file_size};
    return request;
  }
};

std::optional<std::string> read(body_reader& reader, std::size_t room) {
  std::string text(room, '\0');
  const auto got = reader.read(text.data(), room);
  if (!got)
    return std::nullopt;
  text.resize(*got);
  return text;
}

TEST_F(BodyReader, ReadsItsSliceInPieces) {
  write_file(path, "0123456789");
  const auto request = slice(3, 5, 10);
  auto reader = body_reader::open(request);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->length(), 5U);
  EXPECT_EQ(read(*reader, 2), "34");
  EXPECT_EQ(reader->remaining(), 3U);
  EXPECT_EQ(read(*reader, 100), "567");
  EXPECT_EQ(reader->remaining(), 0U);
  EXPECT_EQ(read(*reader, 100), "");
  EXPECT_FALSE(reader->error());
}

/// Two ends of a stream that take a megabyte without being read.
struct stream {
  stream() {
    int both[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both), 0);
    ours = unique_fd{both[0]};
    theirs = unique_fd{both[1]};
    const int room = 4 << 20;
    ::setsockopt(ours.value(), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  }
  std::string arrived() const {
    std::string text(4 << 20, '\0');
    const auto got = ::read(theirs.value(), text.data(), text.size());
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }
  unique_fd ours, theirs;
};

TEST_F(BodyReader, SendsWhatIsInMemoryAndKeepsTheEndForALastLook) {
  const auto bytes = test::counted_bytes(1'000'000);
  write_file(path, bytes);
  const auto request = slice(1000, 900'000, 1'000'000);
  auto reader = body_reader::open(request);
  ASSERT_TRUE(reader);
  const stream to;
  std::string sent;
  while (reader->send_cached(to.ours.value()) > 0)
    sent += to.arrived();
  EXPECT_EQ(reader->remaining(), 32U << 10);
  EXPECT_EQ(reader->position(), sent.size());
  EXPECT_EQ(sent + read(*reader, 1 << 20).value_or("failed"), bytes.substr(1000, 900'000));
}

TEST_F(BodyReader, SendsNothingThatItMustRead) {
  const stream to;
  write_file(path, std::string(256 << 10, 'x'));
  const auto small = slice(0, 256 << 10, 256 << 10);
  auto reader = body_reader::open(small);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->send_cached(to.ours.value()), 0U);
  protocol::http_request memory;
  memory.content = std::string(1 << 20, 'x');
  reader = body_reader::open(memory);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->send_cached(to.ours.value()), 0U);
}

TEST_F(BodyReader, LeavesABrokenSocketAndAShorterFileToTheOrdinaryWay) {
  write_file(path, std::string(1 << 20, 'x'));
  const auto request = slice(0, 1 << 20, 1 << 20);
  auto reader = body_reader::open(request);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->send_cached(-1), 0U);
  EXPECT_EQ(reader->position(), 0U);
  std::filesystem::resize_file(path, 1000);
  const stream to;
  EXPECT_EQ(reader->send_cached(to.ours.value()), 0U);
  EXPECT_FALSE(reader->error());
}

TEST_F(BodyReader, ReadsMemoryLikeAFile) {
  protocol::http_request request;
  request.content = "manifest";
  auto reader = body_reader::open(request);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->length(), 8U);
  EXPECT_EQ(read(*reader, 4), "mani");
  EXPECT_TRUE(reader->seek(2));
  EXPECT_EQ(read(*reader, 100), "nifest");
}

TEST_F(BodyReader, ReadsAgainFromAnyPoint) {
  write_file(path, "0123456789");
  const auto request = slice(2, 8, 10);
  auto reader = body_reader::open(request);
  ASSERT_TRUE(reader);
  EXPECT_EQ(read(*reader, 8), "23456789");
  EXPECT_TRUE(reader->seek(0));
  EXPECT_EQ(read(*reader, 8), "23456789");
  EXPECT_TRUE(reader->seek(8));
  EXPECT_EQ(reader->remaining(), 0U);
  EXPECT_FALSE(reader->seek(9));
}

TEST_F(BodyReader, AnEmptySliceIsNoFault) {
  write_file(path, "0123456789");
  const auto request = slice(10, 0, 10);
  auto reader = body_reader::open(request);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->length(), 0U);
}

TEST_F(BodyReader, RefusesAFileOfAnotherSize) {
  write_file(path, "0123456789");
  for (const std::uint64_t planned : {0U, 9U, 11U}) {
    const auto request = slice(0, planned, planned);
    const auto reader = body_reader::open(request);
    ASSERT_FALSE(reader) << planned;
    EXPECT_EQ(reader.error().code, errc::source_invalid);
    EXPECT_EQ(reader.error().message,
              "`" + path + "` is 10 bytes long instead of " + std::to_string(planned));
  }
}

TEST_F(BodyReader, RefusesWhatIsNoReadableFile) {
  const struct {
    const char* name;
    std::function<void(const std::string&)> make;
    const char* says;
  } cases[] = {
    {"missing", [](const std::string&) {}, "No such file or directory"},
    {"directory", [](const std::string& p) { ::mkdir(p.c_str(), 0700); }, "is no regular file"},
    {"pipe", [](const std::string& p) { ::mkfifo(p.c_str(), 0600); }, "is no regular file"},
    {"dangling link",
     [](const std::string& p) { std::filesystem::create_symlink("/nowhere/at/all", p); },
     "No such file or directory"},
    {"link to itself", [](const std::string& p) { std::filesystem::create_symlink(p, p); },
     "Too many levels of symbolic links"},
    {"device", [](const std::string& p) { std::filesystem::create_symlink("/dev/zero", p); },
     "is no regular file"},
  };
  for (const auto& x : cases) {
    SCOPED_TRACE(x.name);
    std::filesystem::remove(path);
    x.make(path);
    const auto request = slice(0, 1, 1);
    const auto reader = body_reader::open(request);
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code, errc::source_invalid);
    EXPECT_NE(reader.error().message.find("`" + path + "` "), std::string::npos);
    EXPECT_NE(reader.error().message.find(x.says), std::string::npos) << reader.error().message;
  }
}

TEST_F(BodyReader, ALackOfDescriptorsIsNoFaultOfTheFile) {
  write_file(path, "0123456789");
  const auto request = slice(0, 10, 10);
  {
    const test::no_descriptors_left none;
    const auto reader = body_reader::open(request);
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code, errc::unavailable);
    EXPECT_EQ(reader.error().message,
              "`" + path + "` cannot be opened: this process has no file descriptors left");
    EXPECT_EQ(reader.error().hint, "raise `ulimit -n`, or lower --uploads and --checks");
  }
  auto reader = body_reader::open(request);
  ASSERT_TRUE(reader) << "the descriptors came back";
  EXPECT_EQ(read(*reader, 10), "0123456789");
}

TEST_F(BodyReader, ASliceBeyondTheEndIsOurMistake) {
  write_file(path, "0123456789");
  const std::pair<std::uint64_t, std::uint64_t> slices[]
    = {{0, 11}, {10, 1}, {11, 0}, {5, ~0ULL}, {~0ULL, 1}, {~0ULL, ~0ULL}};
  for (const auto& [offset, length] : slices) {
    const auto request = slice(offset, length, 10);
    const auto reader = body_reader::open(request);
    ASSERT_FALSE(reader) << offset << " + " << length;
    EXPECT_EQ(reader.error().code, errc::internal);
  }
}

TEST_F(BodyReader, NoticesAFileThatBecameShorter) {
  write_file(path, "0123456789");
  const auto request = slice(0, 10, 10);
  auto reader = body_reader::open(request);
  ASSERT_TRUE(reader);
  EXPECT_EQ(read(*reader, 4), "0123");
  std::filesystem::resize_file(path, 6);
  EXPECT_EQ(read(*reader, 6), std::nullopt);
  EXPECT_EQ(reader->error()->code, errc::source_invalid);
  EXPECT_EQ(reader->error()->message, "`" + path + "` became shorter while it was sent");
}

TEST_F(BodyReader, HandsNoLastByteOutOfAFileThatChanged) {
  const struct {
    const char* name;
    std::function<void(const std::string&)> change;
  } cases[] = {
    {"longer", [](const std::string& p) { std::filesystem::resize_file(p, 11); }},
    {"written to",
     [](const std::string& p) {
       const timespec times[2] = {{0, UTIME_OMIT}, {1, 0}};
       ::utimensat(AT_FDCWD, p.c_str(), times, 0);
     }},
  };
  for (const auto& x : cases) {
    SCOPED_TRACE(x.name);
    write_file(path, "0123456789");
    const auto request = slice(0, 10, 10);
    auto reader = body_reader::open(request);
    ASSERT_TRUE(reader);
    EXPECT_EQ(read(*reader, 9), "012345678");
    x.change(path);
    EXPECT_EQ(read(*reader, 1), std::nullopt);
    EXPECT_EQ(reader->error()->message, "`" + path + "` was changed while it was sent");
    EXPECT_NE(reader->error()->hint, "");
  }
}

TEST_F(BodyReader, AFileThatIsReplacedStaysTheOneThatWasOpened) {
  write_file(path, "0123456789");
  const auto request = slice(0, 10, 10);
  auto reader = body_reader::open(request);
  ASSERT_TRUE(reader);
  write_file(path + ".new", "another!!!");
  std::filesystem::rename(path + ".new", path);
  EXPECT_EQ(read(*reader, 10), "0123456789");
}

} // namespace
} // namespace flotilla::transport
