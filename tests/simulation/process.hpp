#pragma once

#include "actors/interfaces.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/http_line.hpp"
#include "tests/simulation/link.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/shelf.hpp"

#include <memory>
#include <string>
#include <vector>

namespace flotilla::simulation {

/// Where all processes are.
struct place {
  stage& on;
  internet& net;
  const scenario& of;
};

/// One process: its actors live and die together, and reach others through its line and its links
/// alone. That is why it is dead the moment these are, at any step, though its actors go one by
/// one.
class process {
public:
  process(place in, caller who);
  virtual ~process();

  /// Nothing that it does is seen any more.
  virtual void crash();
  bool is_alive() const noexcept {
    return alive_;
  }
  const caller& who() const noexcept {
    return who_;
  }

protected:
  template <class Handle>
  Handle own(Handle one) {
    actors_.push_back(caf::actor_cast<caf::actor>(one));
    return one;
  }
  caf::actor_system& system() noexcept {
    return in_.on.system();
  }

  place in_;
  caller who_;
  http_line line_;
  std::vector<caf::actor> actors_; ///< those that no other of it owns
  actors::http_actor http_;

private:
  bool alive_ = true;
};

/// The coordinator's process; or a process by itself, which is a fleet of one.
class head_process : public process {
public:
  /// @param notes outlive it, as its journal does
  head_process(place in, disk* journal, shelf* notes, on_confirmed tell);

  const actors::coordinator_actor& coordinator() const noexcept {
    return coordinator_;
  }
  void crash() override;

private:
  void spawn_lone_node();

  actors::coordinator_actor coordinator_;
};

/// A node's process, and its connection to the coordinator.
class worker_process : public process {
public:
  using answer = std::function<void(caf::message)>;
  using dialled = std::function<void(answer)>;

  /// @param life how often it was started before
  /// @param dial what becomes of a call to the coordinator
  worker_process(place in, std::size_t number, unsigned life, dialled dial);

  /// Takes a connection to the coordinator, or the one that there is.
  actors::coordinator_actor connect(const actors::coordinator_actor& head);
  const std::shared_ptr<link>& connection() const noexcept {
    return link_;
  }
  void crash() override;
  /// All links that it ever had; see `link::close`.
  void close();

private:
  std::shared_ptr<link> link_; ///< the newest
  std::vector<std::shared_ptr<link>> links_;
};

} // namespace flotilla::simulation
