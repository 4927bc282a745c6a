#include "actors/order_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace flotilla::actors {
namespace {

using nlohmann::json;
using protocol::errc;
using protocol::failure;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// By sha256sum of the two bytes `{}`.
const std::string digest_of_braces
  = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/// Every value another one than its default.
push_report sample() {
  push_report report;
  report.why = {errc::gave_up, "gave up after 600 s: `429` — \"busy\"", "run it again"};
  report.model = *protocol::digest::parse(digest_of_braces);
  report.manifests = 3;
  report.warnings = {"README.md is left out", "ü"};
  auto& last = report.last;
  last.now = phase::ended;
  last.total = {31, 32'000};
  last.present = {1, 1'000};
  last.mounted = {2, 2'000};
  last.uploaded = {4, 4'000};
  last.resumed = {8, 8'000};
  last.missing = {16, 17'000};
  last.sent_bytes = 13'500;
  last.resent_bytes = 1'500;
  last.earlier_bytes = 700;
  last.retries = {{"network", 2}, {"429", 18'446'744'073'709'551'615u}};
  last.seconds = 2.5;
  last.throttled_seconds = 0.75;
  report.tags = {"v1", "latest"};
  report.differences = {{errc::differs, "the tag v1 names another manifest", "push it"}};
  report.manifest_present = true;
  node_share first;
  first.name = "node-1";
  first.blobs = 3;
  first.bytes = 3'000;
  first.seconds = 1.5;
  first.disk_seconds = 0.125;
  first.wire_seconds = 0.25;
  first.registry_seconds = 0.5;
  node_share second;
  second.name = "node-2";
  second.bytes = 9'000;
  report.nodes = {first, second};
  report.bottleneck = "network";
  return report;
}

json with(const char* name, json value) {
  json object{{"code", "none"}};
  object[name] = std::move(value);
  return object;
}

TEST(ReportJson, ComesBackAsItWas) {
  const auto text = to_json(sample());
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  const auto report = parse_push_report(text);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->why.code, errc::gave_up);
  EXPECT_EQ(report->why.message, "gave up after 600 s: `429` — \"busy\"");
  EXPECT_EQ(report->why.hint, "run it again");
  EXPECT_EQ(report->model.to_string(), digest_of_braces);
  EXPECT_EQ(report->manifests, 3u);
  EXPECT_TRUE(report->manifest_present);
  EXPECT_THAT(report->warnings, ElementsAre("README.md is left out", "ü"));
  EXPECT_THAT(report->tags, ElementsAre("v1", "latest"));
  EXPECT_EQ(report->bottleneck, "network");
  ASSERT_EQ(report->differences.size(), 1u);
  EXPECT_EQ(report->differences[0].code, errc::differs);
  EXPECT_EQ(report->differences[0].message, "the tag v1 names another manifest");
  EXPECT_EQ(report->differences[0].hint, "push it");
}

TEST(ReportJson, KeepsItsFigures) {
  const auto report = parse_push_report(to_json(sample()));
  ASSERT_TRUE(report) << report.error().message;
  const auto& last = report->last;
  EXPECT_EQ(last.now, phase::ended);
  const struct {
    const protocol::ledger::tally& tally;
    std::uint64_t blobs, bytes;
  } tallies[] = {{last.total, 31, 32'000},  {last.present, 1, 1'000}, {last.mounted, 2, 2'000},
                 {last.uploaded, 4, 4'000}, {last.resumed, 8, 8'000}, {last.missing, 16, 17'000}};
  for (const auto& c : tallies) {
    EXPECT_EQ(c.tally.blobs, c.blobs);
    EXPECT_EQ(c.tally.bytes, c.bytes);
  }
  EXPECT_EQ(last.sent_bytes, 13'500u);
  EXPECT_EQ(last.resent_bytes, 1'500u);
  EXPECT_EQ(last.earlier_bytes, 700u);
  EXPECT_EQ(last.seconds, 2.5);
  EXPECT_EQ(last.throttled_seconds, 0.75);
  ASSERT_EQ(last.retries.size(), 2u);
  EXPECT_EQ(last.retries[0].reason, "network");
  EXPECT_EQ(last.retries[0].count, 2u);
  EXPECT_EQ(last.retries[1].reason, "429");
  EXPECT_EQ(last.retries[1].count, 18'446'744'073'709'551'615u);
}

TEST(ReportJson, KeepsWhatEachNodeDid) {
  const auto report = parse_push_report(to_json(sample()));
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->nodes.size(), 2u);
  const auto& first = report->nodes[0];
  EXPECT_EQ(first.name, "node-1");
  EXPECT_EQ(first.blobs, 3u);
  EXPECT_EQ(first.bytes, 3'000u);
  EXPECT_EQ(first.seconds, 1.5);
  EXPECT_EQ(first.disk_seconds, 0.125);
  EXPECT_EQ(first.wire_seconds, 0.25);
  EXPECT_EQ(first.registry_seconds, 0.5);
  EXPECT_EQ(report->nodes[1].name, "node-2");
  EXPECT_EQ(report->nodes[1].bytes, 9'000u);
}

TEST(ReportJson, HasTheCodeAsItsWord) {
  const struct {
    errc code;
    const char* word;
  } cases[] = {{errc::none, "none"},
               {errc::malformed, "malformed"},
               {errc::internal, "internal"},
               {errc::usage, "usage"},
               {errc::source_invalid, "source_invalid"},
               {errc::unauthorized, "unauthorized"},
               {errc::refused, "refused"},
               {errc::incomplete, "incomplete"},
               {errc::unavailable, "unavailable"},
               {errc::gave_up, "gave_up"},
               {errc::differs, "differs"},
               {errc::no_node, "no_node"},
               {errc::interrupted, "interrupted"}};
  for (const auto& c : cases) {
    auto report = sample();
    report.why.code = c.code;
    const auto text = to_json(report);
    EXPECT_EQ(json::parse(text, nullptr, false)["code"], c.word);
    const auto back = parse_push_report(text);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->why.code, c.code);
  }
}

TEST(ReportJson, OfASourceThatWasNeverReadNamesNoModel) {
  push_report unread;
  unread.why = {errc::source_invalid, "no such directory", {}};
  const auto text = to_json(unread);
  EXPECT_THAT(text, Not(HasSubstr("\"model\"")));
  const auto report = parse_push_report(text);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->manifests, 0u);
  EXPECT_EQ(report->why.code, errc::source_invalid);
}

TEST(ReportJson, LeavesOutWhatOnlyMattersWhileItRuns) {
  auto report = sample();
  report.last.now = phase::sending;
  report.last.waiting = "for a node";
  report.last.bodies.resize(3);
  report.last.last_setback.detail = "busy";
  report.absent.resize(10'000);
  const auto text = to_json(report);
  EXPECT_LT(text.size(), 4'000u);
  const auto back = parse_push_report(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->last.now, phase::ended);
  EXPECT_EQ(back->last.waiting, "");
  EXPECT_THAT(back->last.bodies, IsEmpty());
  EXPECT_THAT(back->absent, IsEmpty());
}

TEST(ReportJson, StaysWithinItsBoundWhateverTheReportHolds) {
  const std::string endless(1 << 20, '"'); // takes two bytes each
  push_report report;
  report.why = {errc::source_invalid, endless, endless};
  report.warnings.assign(200, endless.substr(0, 40'000));
  report.differences.assign(200,
                            {errc::differs, endless.substr(0, 40'000), endless.substr(0, 40'000)});
  report.last.retries.assign(200, {"429", 1});
  node_share share;
  share.name = std::string(300, '"');
  report.nodes.assign(2'000, share);
  report.bottleneck = endless;
  const auto text = to_json(report);
  EXPECT_LE(text.size(), most_report_bytes);
  const auto back = parse_push_report(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->warnings.size(), 100u);
  EXPECT_EQ(back->differences.size(), 100u);
  EXPECT_EQ(back->last.retries.size(), 100u);
  EXPECT_EQ(back->nodes.size(), 1'000u);
  EXPECT_LE(back->why.message.size(), std::size_t{16} << 10);
}

TEST(ReportJson, HoldsNothingThatATerminalObeys) {
  push_report report;
  report.why = {errc::refused, "no \x1b[2J \xFF\nway", "\r\b"};
  report.warnings = {"\x1b]0;x\x07"};
  const auto back = parse_push_report(to_json(report));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->why.message, "no [2J ? way");
  EXPECT_EQ(back->why.hint, " ");
  const auto forged = parse_push_report(
    R"({"code":"refused","message":"\u001b[2J","tags":["\u0007a"],"nodes":[{"name":"\u001b"}]})");
  ASSERT_TRUE(forged) << forged.error().message;
  EXPECT_EQ(forged->why.message, " [2J");
  EXPECT_THAT(forged->tags, ElementsAre(" a"));
  EXPECT_EQ(forged->nodes.at(0).name, " ");
}

TEST(ReportJson, HasNoTimesThatAreNoNumbers) {
  push_report report;
  report.last.seconds = std::numeric_limits<double>::quiet_NaN();
  report.last.throttled_seconds = std::numeric_limits<double>::infinity();
  node_share share;
  share.seconds = -1;
  report.nodes = {share};
  const auto back = parse_push_report(to_json(report));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->last.seconds, 0);
  EXPECT_EQ(back->last.throttled_seconds, 0);
  EXPECT_EQ(back->nodes.at(0).seconds, 0);
}

TEST(ReportJson, HasDefaultsForAllButTheCode) {
  const auto report = parse_push_report(R"({"code":"none","cheers":3,"nodes":[{"rank":1}]})");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->why.code, errc::none);
  EXPECT_EQ(report->why.message, "");
  EXPECT_EQ(report->manifests, 0u);
  EXPECT_FALSE(report->manifest_present);
  EXPECT_THAT(report->warnings, IsEmpty());
  EXPECT_THAT(report->tags, IsEmpty());
  EXPECT_EQ(report->last.now, phase::ended);
  EXPECT_EQ(report->last.total.blobs, 0u);
  EXPECT_EQ(report->last.seconds, 0);
  ASSERT_EQ(report->nodes.size(), 1u);
  EXPECT_EQ(report->nodes[0].name, "");
}

TEST(ReportJson, ThatIsWrongIsRefusedByTheNameOfItsMember) {
  const json odd = json::array({1});
  const struct {
    const char* member; ///< that the message names
    std::string text;
  } cases[] = {
    {"code", "{}"},
    {"code", R"({"message":"it went well"})"},
    {"code", with("code", "catastrophe").dump()},
    {"code", with("code", "unknown").dump()},
    {"code", with("code", "").dump()},
    {"code", with("code", "None").dump()},
    {"code", with("code", 0).dump()},
    {"code", with("code", nullptr).dump()},
    {"message", with("message", 1).dump()},
    {"hint", with("hint", odd).dump()},
    {"manifests", with("manifests", -1).dump()},
    {"manifests", with("manifests", 4'294'967'296).dump()},
    {"manifests", with("manifests", "1").dump()},
    {"model", with("manifests", 1).dump()},
    {"model", with("model", "sha256:12").dump()},
    {"model", with("model", "sha512:" + std::string(128, 'a')).dump()},
    {"model", with("model", "sha256:" + std::string(64, 'A')).dump()},
    {"model", with("model", "").dump()},
    {"model", with("model", 12).dump()},
    {"manifest_present", with("manifest_present", "yes").dump()},
    {"manifest_present", with("manifest_present", 1).dump()},
    {"bottleneck", with("bottleneck", false).dump()},
    {"warnings", with("warnings", "one").dump()},
    {"warnings", with("warnings", odd).dump()},
    {"tags", with("tags", {{"a", "b"}}).dump()},
    {"tags", with("tags", odd).dump()},
    {"differences", with("differences", 7).dump()},
    {"differences[0]", with("differences", odd).dump()},
    {"differences[0].code", R"({"code":"differs","differences":[{}]})"},
    {"tallies", with("tallies", odd).dump()},
    {"tallies.total", with("tallies", {{"total", 4}}).dump()},
    {"tallies.missing.bytes", with("tallies", {{"missing", {{"bytes", -1}}}}).dump()},
    {"tallies.resumed.blobs", with("tallies", {{"resumed", {{"blobs", 0.5}}}}).dump()},
    {"tallies.total.bytes",
     R"({"code":"none","tallies":{"total":{"bytes":18446744073709551616}}})"},
    {"sent_bytes", with("sent_bytes", -1).dump()},
    {"sent_bytes", with("sent_bytes", 1e19).dump()},
    {"resent_bytes", with("resent_bytes", "0").dump()},
    {"earlier_bytes", with("earlier_bytes", -1).dump()},
    {"seconds", with("seconds", -0.5).dump()},
    {"seconds", with("seconds", "2.5").dump()},
    {"seconds", with("seconds", nullptr).dump()},
    {"throttled_seconds", with("throttled_seconds", odd).dump()},
    {"retries", with("retries", {{"429", 3}}).dump()},
    {"retries[0]", with("retries", odd).dump()},
    {"retries[1].count",
     R"({"code":"none","retries":[{"reason":"429","count":1},{"reason":"503","count":-1}]})"},
    {"retries[0].reason", R"({"code":"none","retries":[{"reason":429}]})"},
    {"nodes", with("nodes", "node-1").dump()},
    {"nodes[0]", with("nodes", odd).dump()},
    {"nodes[0].name", R"({"code":"none","nodes":[{"name":1}]})"},
    {"nodes[0].bytes", R"({"code":"none","nodes":[{"bytes":-9}]})"},
    {"nodes[1].wire_seconds", R"({"code":"none","nodes":[{},{"wire_seconds":-1}]})"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto report = parse_push_report(c.text);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, errc::malformed);
    EXPECT_THAT(report.error().message,
                HasSubstr("the report of a push: `" + std::string{c.member} + '`'));
  }
}

TEST(ReportJson, ThatIsNoObjectIsRefused) {
  for (const std::string& text :
       {std::string{}, std::string{"{"}, std::string{"null"}, std::string{"[]"},
        std::string{"done"}, std::string{R"({"code":"none"}{})"},
        std::string{R"({"seconds":1e999})"}, to_json(sample()).substr(1),
        R"({"code":"none","a":)" + std::string(10'000, '['),
        R"({"code":"none","a":)" + std::string(10'000, '[') + std::string(10'000, ']') + '}'}) {
    SCOPED_TRACE(text.substr(0, 60));
    const auto report = parse_push_report(text);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, errc::malformed);
  }
}

TEST(ReportJson, ThatIsLongerThanItsBoundIsRefusedUnread) {
  const auto report = parse_push_report(R"({"code":"none"})" + std::string(most_report_bytes, ' '));
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("more than 16777216 bytes"));
}

} // namespace
} // namespace flotilla::actors
