#include "app/fleet_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <sstream>

namespace flotilla::app {
namespace {

using actors::node_overview;
using actors::phase;
using actors::push_overview;
using nlohmann::json;
using protocol::errc;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t mib = 1 << 20;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream from{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(from, line);)
    lines.push_back(line);
  return lines;
}

/// Characters before the first `needle`.
std::size_t column_of(const std::string& line, const std::string& needle) {
  const auto at = line.find(needle);
  EXPECT_NE(at, std::string::npos) << needle << " in " << line;
  return static_cast<std::size_t>(std::count_if(
    line.begin(), line.begin() + static_cast<std::ptrdiff_t>(std::min(at, line.size())),
    [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Half of four blobs of one MiB each is done, and one is on the wire.
push_overview running() {
  push_overview push;
  push.id = "p-7f3a9c";
  push.source = "oci:/models/llama";
  push.reference = "registry.example/models/llama:v1";
  auto& status = push.status;
  status.now = phase::sending;
  status.nodes = 3;
  status.total = {4, 4 * mib};
  status.present = {1, mib};
  status.uploaded = {1, mib};
  status.missing = {2, 2 * mib};
  status.in_flight_bytes = mib / 2;
  status.sent_bytes = 2 * mib;
  status.resent_bytes = mib / 2;
  status.bodies = {{protocol::digest::of("{}"), mib, mib / 2}};
  status.bodies_in_all = 1;
  status.seconds = 12;
  return push;
}

push_overview done() {
  auto push = running();
  push.id = "p-000001";
  push.ended = true;
  push.status.now = phase::ended;
  push.status.nodes = 0;
  push.status.uploaded = {3, 3 * mib};
  push.status.missing = {};
  push.status.in_flight_bytes = 0;
  push.status.bodies.clear();
  push.status.bodies_in_all = 0;
  return push;
}

push_overview failed(errc code) {
  auto push = running();
  push.id = "p-000002";
  push.ended = true;
  push.why = {code, "gave up after 600 s without progress", "run it again"};
  return push;
}

/// The source was not read yet.
push_overview fresh() {
  push_overview push;
  push.id = "p-000003";
  push.source = "ollama:llama3.2";
  push.reference = "localhost:5000/m:latest";
  push.status.waiting = "no node has joined";
  return push;
}

node_overview node(const std::string& name) {
  node_overview node;
  node.info.id = "n-1";
  node.info.name = name;
  node.info.uploads = 16;
  node.info.checks = 64;
  node.info.roots = {"/models", "/scratch"};
  node.info.admin = "127.0.0.1:9401";
  node.info.pushes = {"p-7f3a9c"};
  node.seen_seconds = 0.4;
  return node;
}

/// Hostile text in every member that comes from elsewhere.
const std::string hostile = "\x1b[2J\n\xFF" + std::string(5'000, 'x');

push_overview hostile_push() {
  auto push = running();
  push.id = push.source = push.reference = hostile;
  push.status.waiting = hostile;
  push.status.in_trouble = true;
  push.status.retries = {{hostile, 1}};
  push.status.last_setback = {hostile, hostile, std::chrono::milliseconds{1}};
  return push;
}

TEST(PushesTable, HasALineForEachPush) {
  const auto lines = lines_of(pushes_table({running(), done(), failed(errc::gave_up), fresh()}));
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_THAT(lines[0], AllOf(HasSubstr("id"), HasSubstr("state"), HasSubstr("bytes"),
                              HasSubstr("nodes"), HasSubstr("source -> reference")));
  EXPECT_THAT(lines[1], AllOf(HasSubstr("p-7f3a9c  sending "), HasSubstr(" 62 %"),
                              HasSubstr("2.5 MiB of 4.0 MiB"), HasSubstr(" 3  "),
                              HasSubstr("oci:/models/llama -> registry.example/models/llama:v1")));
  EXPECT_THAT(lines[2], AllOf(HasSubstr("p-000001  done "), HasSubstr("100 %"),
                              HasSubstr("4.0 MiB of 4.0 MiB")));
  EXPECT_THAT(lines[3], AllOf(HasSubstr("p-000002  failed: gave_up "), HasSubstr("62 %")));
  EXPECT_THAT(lines[4], AllOf(HasSubstr("p-000003  reading the source, waiting "),
                              Not(HasSubstr("%")), Not(HasSubstr("MiB"))));
}

TEST(PushesTable, IsAligned) {
  auto accented = running();
  accented.id = "p-ü";
  const auto lines = lines_of(pushes_table({running(), accented, done(), fresh()}));
  ASSERT_EQ(lines.size(), 5u);
  const auto last = column_of(lines[0], "source ->");
  EXPECT_EQ(column_of(lines[1], "oci:"), last);
  EXPECT_EQ(column_of(lines[2], "oci:"), last);
  EXPECT_EQ(column_of(lines[3], "oci:"), last);
  EXPECT_EQ(column_of(lines[4], "ollama:"), last);
  EXPECT_EQ(column_of(lines[1], "sending"), column_of(lines[0], "state"));
  EXPECT_EQ(column_of(lines[2], "sending"), column_of(lines[0], "state"));
  EXPECT_EQ(column_of(lines[1], "%"), column_of(lines[3], "%")); // 62 % and 100 %
  for (const auto& line : lines)
    EXPECT_NE(line.back(), ' ');
}

TEST(PushesTable, SaysWhyAPushGoesNoFurther) {
  auto paused = running();
  paused.status.paused = true;
  auto trying = running();
  trying.status.in_trouble = true;
  const auto lines = lines_of(pushes_table({paused, trying, failed(errc::interrupted)}));
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[1], HasSubstr("sending, paused "));
  EXPECT_THAT(lines[2], HasSubstr("sending, trying again "));
  EXPECT_THAT(lines[3], HasSubstr(" interrupted "));
}

TEST(PushesTable, OfEmptyBlobsIsWhole) {
  auto push = running();
  push.status = {};
  push.status.now = phase::sending;
  push.status.total = {2, 0};
  EXPECT_THAT(pushes_table({push}), AllOf(HasSubstr("100 %"), HasSubstr("0 B of 0 B")));
}

TEST(PushesTable, IsNotWholeBeforeItIs) {
  auto push = running();
  push.status.total = {4, 1'000'000};
  push.status.present = {};
  push.status.in_flight_bytes = 0;
  push.status.uploaded = {3, 999'999};
  EXPECT_THAT(pushes_table({push}), HasSubstr(" 99 %"));
}

TEST(PushesTable, ShowsForeignTextPrintableAndCut) {
  const auto text = pushes_table({hostile_push(), running()});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  const auto lines = lines_of(text);
  ASSERT_EQ(lines.size(), 3u);
  for (const auto& line : lines)
    EXPECT_LE(line.size(), 200u);
  EXPECT_THAT(lines[1], HasSubstr("…"));
  EXPECT_EQ(column_of(lines[1], " -> "), column_of(lines[0], "source ->") + 32);
}

TEST(PushesTable, WithoutAnyTellsHowToHandOneIn) {
  EXPECT_EQ(pushes_table({}),
            "no push has been handed in yet: flotilla push --coordinator HOST:PORT "
            "SOURCE REFERENCE\n");
}

TEST(NodesTable, HasALineForEachNode) {
  auto second = node("b");
  second.info.roots.clear();
  second.info.admin.clear();
  second.info.uploads = 4;
  second.seen_seconds = 4.25;
  const auto lines = lines_of(nodes_table({node("gpu-17"), second}));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0], AllOf(HasSubstr("node"), HasSubstr("uploads"), HasSubstr("roots"),
                              HasSubstr("admin"), HasSubstr("seen")));
  EXPECT_THAT(lines[1],
              AllOf(HasSubstr("gpu-17 "), HasSubstr(" 16  "), HasSubstr("/models, /scratch"),
                    HasSubstr("127.0.0.1:9401"), HasSubstr("0.4 s ago")));
  EXPECT_THAT(lines[2], AllOf(HasSubstr("b "), HasSubstr(" 4  all "), HasSubstr(" - "),
                              HasSubstr("4.2 s ago")));
  EXPECT_EQ(column_of(lines[1], "/models"), column_of(lines[0], "roots"));
  EXPECT_EQ(column_of(lines[2], "all"), column_of(lines[0], "roots"));
}

TEST(NodesTable, ShowsForeignTextPrintableAndCut) {
  auto odd = node(hostile);
  odd.info.roots.assign(1'000, hostile);
  odd.info.admin = hostile;
  const auto lines = lines_of(nodes_table({odd}));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[1], Not(HasSubstr("\x1b")));
  EXPECT_LE(lines[1].size(), 200u);
}

TEST(NodesTable, ShowsTimesThatAreNoneAsNought) {
  for (auto seconds : {std::numeric_limits<double>::quiet_NaN(), -3.0}) {
    auto odd = node("a");
    odd.seen_seconds = seconds;
    EXPECT_THAT(nodes_table({odd}), HasSubstr("0.0 s ago"));
  }
  auto odd = node("a");
  odd.seen_seconds = std::numeric_limits<double>::infinity();
  EXPECT_THAT(nodes_table({odd}), HasSubstr("277777 h 46 min ago")); // 10^9 s, the longest
}

TEST(NodesTable, WithoutAnyTellsHowToStartOne) {
  EXPECT_EQ(nodes_table({}),
            "no node has joined: flotilla worker --coordinator HOST:PORT --root DIR\n");
}

TEST(PushPage, TellsAllOfAPushThatRuns) {
  auto push = running();
  push.status.throttled_seconds = 2;
  push.status.in_trouble = true;
  push.status.setbacks = 1'201;
  push.status.retries = {{"429", 1'200}, {"network", 1}};
  push.status.last_setback = {"429", "the registry answered 429", std::chrono::milliseconds{1'500}};
  EXPECT_THAT(
    lines_of(push_page(push)),
    ElementsAre("push p-7f3a9c", "  source     oci:/models/llama",
                "  reference  registry.example/models/llama:v1",
                "  now        sending: 2 of 4 blobs, 2.5 MiB of 4.0 MiB (62 %), 1 on the wire",
                "  nodes      3",
                "  trouble    trying again in 1.5 s (1,200 x 429, 1 x network): the registry "
                "answered 429",
                "  blobs      4: 1 present, 0 mounted, 1 uploaded, 0 resumed, 2 missing",
                "  sent       2.0 MiB, 512 KiB of it again",
                "  runs for   12 s, 2.0 s of it held back by the registry's 429 or 503",
                "  retried    1,200 x for 429", "  retried    1 x for network",
                "  on wire    sha256:44136fa355b3: 512 KiB of 1.0 MiB"));
}

TEST(PushPage, TellsHowAPushHasEnded) {
  EXPECT_THAT(lines_of(push_page(done())),
              ElementsAre("push p-000001", "  source     oci:/models/llama",
                          "  reference  registry.example/models/llama:v1", "  ended      done",
                          "  done       4.0 MiB of 4.0 MiB (100 %)",
                          "  blobs      4: 1 present, 0 mounted, 3 uploaded, 0 resumed, 0 missing",
                          "  sent       2.0 MiB, 512 KiB of it again", "  took       12 s"));
}

TEST(PushPage, TellsWhyAPushFailedAndTheWayOut) {
  const auto text = push_page(failed(errc::gave_up));
  EXPECT_THAT(text, HasSubstr("  ended      failed: gave_up\n"));
  EXPECT_THAT(text, HasSubstr("  why        gave up after 600 s without progress\n"));
  EXPECT_THAT(text, HasSubstr("  hint       run it again\n"));
  EXPECT_THAT(text, Not(HasSubstr("on wire")));
}

TEST(PushPage, SaysWhatAPushWaitsFor) {
  const auto text = push_page(fresh());
  EXPECT_THAT(text, HasSubstr("  now        reading the source, waiting: no node has joined\n"));
  EXPECT_THAT(text, Not(HasSubstr("blobs")));
}

TEST(PushPage, ListsTheFirstFewBodies) {
  auto push = running();
  push.status.bodies.assign(1'000, {protocol::digest::of("{}"), mib, 0});
  push.status.bodies_in_all = 1'500;
  const auto lines = lines_of(push_page(push));
  EXPECT_LT(lines.size(), 20u);
  EXPECT_EQ(lines.back(), "  on wire    and 1,492 more"); // 1,500 - 8
}

TEST(PushPage, ShowsForeignTextPrintable) {
  auto ended = hostile_push();
  ended.ended = true;
  ended.why = {errc::refused, hostile, hostile};
  for (const auto& push : {hostile_push(), ended}) {
    const auto text = push_page(push);
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    for (const auto& line : lines_of(text)) {
      EXPECT_LE(line.size(), 2'100u);
      EXPECT_TRUE(line.compare(0, 2, "  ") == 0 || line.compare(0, 5, "push ") == 0) << line;
    }
  }
}

TEST(JsonOfAPush, HasTheFieldsOfAProgressEvent) {
  const auto object = json_of(running());
  EXPECT_EQ(object["id"], "p-7f3a9c");
  EXPECT_EQ(object["source"], "oci:/models/llama");
  EXPECT_EQ(object["reference"], "registry.example/models/llama:v1");
  EXPECT_EQ(object["ended"], false);
  EXPECT_EQ(object["phase"], "sending");
  EXPECT_EQ(object["seconds"], 12);
  EXPECT_EQ(object["blobs"],
            (json{{"total", 4}, {"present", 1}, {"mounted", 0}, {"uploaded", 1}, {"resumed", 0}}));
  EXPECT_EQ(
    object["bytes"],
    (json{
      {"total", 4 * mib}, {"done", 2 * mib + mib / 2}, {"sent", 2 * mib}, {"resent", mib / 2}}));
  EXPECT_EQ(object["nodes"], 3);
  EXPECT_EQ(object["paused"], false);
  EXPECT_FALSE(object.contains("error"));
  EXPECT_FALSE(object.contains("setback"));
  EXPECT_FALSE(object.contains("event"));
}

TEST(JsonOfAPush, SaysWhyItFailed) {
  const auto object = json_of(failed(errc::gave_up));
  EXPECT_EQ(object["ended"], true);
  EXPECT_EQ(object["phase"], "ended");
  EXPECT_EQ(object["error"], (json{{"code", 6},
                                   {"name", "gave_up"},
                                   {"message", "gave up after 600 s without progress"},
                                   {"hint", "run it again"}}));
  EXPECT_FALSE(json_of(done()).contains("error"));
  EXPECT_EQ(json_of(done())["ended"], true);
}

TEST(JsonOfAPush, TellsTheTroubleThatItIsIn) {
  auto push = running();
  push.status.in_trouble = true;
  push.status.last_setback = {"429", "the registry answered 429", std::chrono::milliseconds{1'500}};
  const json expected{
    {"reason", "429"}, {"detail", "the registry answered 429"}, {"wait_seconds", 1.5}};
  EXPECT_EQ(json_of(push)["setback"], expected);
  push.ended = true;
  EXPECT_FALSE(json_of(push).contains("setback"));
}

TEST(JsonOfANode, HasAllOfIt) {
  const json expected{{"name", "gpu-17"},
                      {"id", "n-1"},
                      {"uploads", 16},
                      {"checks", 64},
                      {"roots", {"/models", "/scratch"}},
                      {"admin", "127.0.0.1:9401"},
                      {"pushes", json::array({"p-7f3a9c"})},
                      {"seen_seconds", 0.4},
                      {"leaving", false}};
  EXPECT_EQ(json_of(node("gpu-17")), expected);
}

TEST(JsonOfANode, HasContainersEvenWhenTheyAreEmpty) {
  auto bare = node("a");
  bare.info.roots.clear();
  bare.info.pushes.clear();
  EXPECT_EQ(json_of(bare)["roots"], json::array());
  EXPECT_EQ(json_of(bare)["pushes"], json::array());
}

} // namespace
} // namespace flotilla::app
