#pragma once

#include "actors/coordinator.hpp"
#include "actors/interfaces.hpp"
#include "store/journal.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::actors {

/// What the JOURNAL knows between two messages.
class journal_state {
public:
  using pointer = journal_actor::stateful_pointer<journal_state>;
  static inline const char* name = "journal";

  explicit journal_state(pointer self) : self_(self) {
  }
  /// Writes what it has gathered.
  ~journal_state();

  void wire(std::shared_ptr<store::journal> file);
  bool begin(const std::string& push, const push_order& order);
  void change(const std::string& push, const push_order& order);
  void set_model(const std::string& push, const std::string& model);
  void record(const std::string& push, const std::vector<upload_result>& confirmed);
  void pause(const std::string& push, bool paused);
  void end(const std::string& push, const push_report& report);
  void flush();
  bool is_well() const noexcept {
    return !in_trouble_;
  }

private:
  template <class Write>
  bool write(Write what);

  pointer self_;
  std::shared_ptr<store::journal> file_;                               ///< this actor's alone
  std::map<std::string, std::vector<store::confirmed_blob>> gathered_; ///< by push
  bool flush_is_due_ = false;
  bool in_trouble_ = false; ///< said once, not at every write
};

/// Writes what it is told, confirmations in batches. A disk that does not take it is no reason to
/// end a push: that is said loudly, and the push goes on without. Spawn it detached.
journal_actor::behavior_type journal(journal_state::pointer self,
                                     std::shared_ptr<store::journal> file);

/// The pushes of the last coordinator. One whose order or report cannot be read is logged and left
/// out.
/// @throws store::database_error
std::vector<kept_push> kept_pushes(store::journal& file);

/// What a push needs to write to that actor.
push_journal writes_to(const journal_actor& journal, const std::string& push);

} // namespace flotilla::actors
