#pragma once

#include "store/database.hpp"

namespace flotilla::store {

/// Whether a commit returns only when the disk has it. Either way a commit survives the death of
/// the process, and the commits that a power cut takes are the last ones, without gaps.
enum class lasting : bool { no, yes };

/// All of the changes of its scope, or none: taken back unless committed.
class transaction {
public:
  /// @throws database_error
  transaction(database& in, lasting how) : in_(in) {
    in_.sync_commits(how == lasting::yes);
    in_.run("BEGIN IMMEDIATE");
  }
  ~transaction() {
    if (!committed_)
      in_.roll_back();
  }
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  /// @throws database_error; the changes are then taken back
  void commit() {
    in_.run("COMMIT");
    committed_ = true;
  }

private:
  database& in_;
  bool committed_ = false;
};

} // namespace flotilla::store
