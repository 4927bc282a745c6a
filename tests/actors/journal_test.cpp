#include "actors/journal.hpp"

#include "tests/actors/fleet_of_nodes.hpp"
#include "tests/support/temp_dir.hpp"

namespace flotilla::actors {
namespace {

/// A fleet whose coordinator keeps a journal on a real disk.
class JournalOfAFleet : public Fleet {
protected:
  ~JournalOfAFleet() override {
    close();
  }
  /// The coordinator begins, with what the journal has of an earlier one.
  void open() {
    file = std::make_shared<store::journal>(dir / "state");
    kept = kept_pushes(*file);
    writer = sys.spawn(journal, file);
    begin(rules, kept, writer);
  }
  /// The coordinator dies, and what it said of it reaches the disk.
  void close() {
    caf::anon_send_exit(head, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
    settle();
    writer = journal_actor{};
    file.reset();
  }
  test::temp_dir dir;
  std::shared_ptr<store::journal> file;
  journal_actor writer;
  std::vector<kept_push> kept;
};

TEST_F(JournalOfAFleet, KnowsAPushWhenItsIdIsTold) {
  plan({1000});
  open();
  submit();
  ASSERT_NE(push_id, "");
  const auto pushes = file->pushes();
  ASSERT_EQ(pushes.size(), 1u);
  EXPECT_EQ(pushes[0].id, push_id);
}

TEST_F(JournalOfAFleet, TellsOfAPushThatEndedUnderAnEarlierCoordinator) {
  plan({1000, 500});
  open();
  add_node("a");
  submit();
  beat_for(1s, {"a"});
  ASSERT_TRUE(report);
  close();
  open();
  ASSERT_EQ(kept.size(), 1u);
  const auto now = overview();
  EXPECT_TRUE(now.ended);
  EXPECT_EQ(now.id, push_id);
  EXPECT_EQ(now.source, order.source.text);
  EXPECT_EQ(now.status.uploaded.bytes, 1500u);
  EXPECT_EQ(now.why.code, errc::none);
}

TEST_F(JournalOfAFleet, KeepsTheLimitsThatWereSetOnTheWay) {
  plan({1000});
  open();
  submit();
  limit_change change;
  change.sets_uploads = change.sets_bandwidth = true;
  change.uploads = 3;
  change.bandwidth = 1234;
  command(atom::limit_v, push_id, change);
  close();
  open();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_FALSE(kept[0].report);
  EXPECT_EQ(kept[0].order.options.uploads, 3u);
  EXPECT_EQ(kept[0].order.options.bandwidth, 1234u);
}

} // namespace
} // namespace flotilla::actors
