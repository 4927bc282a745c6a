#include "actors/hasher.hpp"

#include "actors/errors.hpp"
#include "tests/support/model_on_disk.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/virtual_time.hpp"

#include <optional>

namespace flotilla::actors {
namespace {

class Hasher : public test::virtual_time {
protected:
  Hasher() {
    test::write_file(dir / "file", "xabc");
  }
  ~Hasher() override {
    caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    settle();
  }
  template <class Answer, class... Words>
  void ask(std::optional<Answer>& answer, Words... words) {
    sys.spawn([&, words...](caf::event_based_actor* self) {
      self->request(one, caf::infinite, words...)
        .then([&](Answer& x) { answer = std::move(x); },
              [&](const caf::error& error) { objection = to_failure(error); });
    });
    settle();
  }

  test::temp_dir dir;
  hasher_actor one = sys.spawn(hasher);
  std::optional<protocol::failure> objection;
};

TEST_F(Hasher, SumsAPartOfAFile) {
  std::optional<protocol::md5_sum> sum;
  ask(sum, atom::sum_v, protocol::file_slice{dir / "file", 1, 3, 4});
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->hex(), "900150983cd24fb0d6963f7d28e17f72"); // md5sum of abc
}

TEST_F(Hasher, HashesAFile) {
  std::optional<protocol::digest> id;
  ask(id, atom::hash_v, std::string{dir / "file"});
  ASSERT_TRUE(id);
  EXPECT_EQ(*id, protocol::digest::of("xabc"));
}

TEST_F(Hasher, SaysWhyItCannot) {
  std::optional<protocol::md5_sum> sum;
  for (const auto& part :
       {protocol::file_slice{dir / "file", 0, 3, 5}, protocol::file_slice{dir / "none", 0, 3, 4}}) {
    objection.reset();
    ask(sum, atom::sum_v, part);
    ASSERT_TRUE(objection);
    EXPECT_EQ(objection->code, protocol::errc::source_invalid);
    EXPECT_NE(objection->message.find(part.path), std::string::npos);
  }
  EXPECT_FALSE(sum);
}

} // namespace
} // namespace flotilla::actors
