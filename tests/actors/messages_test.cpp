#include "actors/interfaces.hpp"
#include "tests/support/virtual_time.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

namespace flotilla::actors {
namespace {

/// Whether a message gets through to another process: CAF finds out only there that a type is not
/// registered.
class Messages : public test::virtual_time {
protected:
  template <class... Parts>
  void travels(Parts... parts) {
    auto message = caf::make_message(std::move(parts)...);
    SCOPED_TRACE(caf::to_string(message));
    std::vector<char> wire;
    caf::binary_serializer out{sys, wire};
    ASSERT_EQ(out(message), caf::none);
    caf::message arrived;
    caf::binary_deserializer in{sys, wire};
    ASSERT_EQ(in(arrived), caf::none);
    EXPECT_EQ(arrived.size(), sizeof...(Parts));
    EXPECT_EQ(arrived.type_token(), message.type_token());
  }
};

TEST_F(Messages, OfEveryKindBetweenProcessesTravel) {
  const std::string id = "p-000001";
  const std::vector<std::uint32_t> blobs{1, 2, 3};
  // to a node
  travels(atom::engage_v, engagement{}, push_actor{}, token_actor{});
  travels(atom::work_v, id, work_batch{{{}}, {{}}, {{}}});
  travels(atom::limit_v, id, node_limits{});
  travels(atom::hold_v, id, caf::timespan{1'000'000'000});
  travels(atom::learn_v, id, protocol::registry_profile{});
  travels(atom::recall_v, id, blobs);
  travels(atom::drop_v, id, blobs);
  travels(atom::release_v, id);
  // to its surveyor, and back
  travels(atom::outline_v, source_query{});
  travels(outline_head{});
  travels(atom::page_v, std::uint32_t{1}, std::uint32_t{2});
  travels(std::vector<protocol::planned_blob>(3));
  travels(atom::manifest_v, std::uint32_t{1}, std::uint32_t{2});
  travels(protocol::planned_manifest{});
  travels(atom::forget_v, std::uint32_t{1});
  travels(atom::locate_v, source_query{}, std::vector<protocol::planned_blob>(3));
  travels(survey_page{});
  // to a push
  travels(atom::report_v, id, node_report{});
  // to the token actor, and back
  travels(atom::authorize_v, authorization_request{});
  travels(authorization{});
  // to the coordinator, and back
  travels(atom::hello_v, id, id);
  travels(atom::join_v, node_info{}, node_actor{}, surveyor_actor{});
  travels(welcome{});
  travels(atom::beat_v, id);
  travels(atom::leave_v, id);
  travels(atom::submit_v, push_order{});
  travels(atom::await_v, id);
  travels(push_report{});
  travels(atom::status_v, id);
  travels(push_overview{});
  travels(atom::list_v);
  travels(std::vector<push_overview>(2));
  travels(atom::nodes_v);
  travels(std::vector<node_overview>(2));
  travels(atom::limit_v, id, limit_change{});
  // what an actor answers when it cannot
  travels(caf::make_error(protocol::errc::usage, id, id));
}

} // namespace
} // namespace flotilla::actors
