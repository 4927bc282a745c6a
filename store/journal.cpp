#include "store/journal.hpp"

#include "store/set_aside.hpp"
#include "store/state_dir.hpp"
#include "store/statement.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <limits>
#include <system_error>

namespace flotilla::store {

namespace {

const migration_list steps{
  "CREATE TABLE push ("
  "  number INTEGER PRIMARY KEY,"
  "  id TEXT NOT NULL UNIQUE CHECK (id <> ''),"
  "  order_text TEXT NOT NULL,"
  "  model TEXT NOT NULL,"
  "  report TEXT NOT NULL,"
  "  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),"
  "  created INTEGER NOT NULL) STRICT;"
  "CREATE TABLE confirmed ("
  "  push INTEGER NOT NULL,"
  "  batch INTEGER NOT NULL,"
  "  blobs BLOB NOT NULL,"
  "  PRIMARY KEY (push, batch)) STRICT, WITHOUT ROWID;",
};

/// Nothing at all, and no log that would fill it.
bool is_empty(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return !error && size == 0;
}

} // namespace

/// The database, and the statements that are prepared once.
struct journal::file {
  explicit file(const std::string& path) : db(path, steps, access::alone) {
    check_confirmations();
  }

  struct found {
    std::int64_t number = 0;
    bool ended = false;
  };
  found find(const std::string& id);
  void check_confirmations();
  void forget_confirmations(std::int64_t push);
  [[noreturn]] void refuse(const std::string& id, const char* why);

  database db;
  statement find_push{db, "SELECT number, report <> '' FROM push WHERE id = ?"};
  statement insert_push{db, "INSERT INTO push (id, order_text, model, report, paused, created) "
                            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"};
  statement update_model{db, "UPDATE push SET model = ? WHERE number = ? AND model <> ?"};
  statement update_order{db, "UPDATE push SET order_text = ? WHERE number = ?"};
  statement update_paused{db, "UPDATE push SET paused = ? WHERE number = ?"};
  statement update_report{db, "UPDATE push SET report = ? WHERE number = ?"};
  statement insert_confirmed{
    db, "INSERT INTO confirmed (push, batch, blobs) VALUES (?1, "
        "(SELECT coalesce(max(batch), 0) + 1 FROM confirmed WHERE push = ?1), ?2)"};
  statement delete_confirmed{db, "DELETE FROM confirmed WHERE push = ?"};
  statement all_pushes{db, "SELECT id, order_text, model, report, paused, created FROM push "
                           "ORDER BY number"};
  statement all_confirmed{db, "SELECT blobs FROM confirmed WHERE push = ? ORDER BY batch"};
  statement delete_ended{db, "DELETE FROM push WHERE report <> '' AND number NOT IN "
                             "(SELECT number FROM push WHERE report <> '' "
                             "ORDER BY number DESC LIMIT ?)"};
};

journal::file::found journal::file::find(const std::string& id) {
  if (!find_push.bind(id).next())
    refuse(id, "is not in it");
  const found push{find_push.integer(0), find_push.integer(1) != 0};
  find_push.reset();
  return push;
}

void journal::file::check_confirmations() {
  statement row{db, "SELECT blobs FROM confirmed"};
  for (std::vector<confirmed_blob> batch; row.next(); batch.clear())
    if (!unpack(row.bytes(0), batch))
      throw database_error{db.path() + ": a batch of confirmations has a wrong checksum",
                           trouble::damaged};
}

void journal::file::forget_confirmations(std::int64_t push) {
  delete_confirmed.bind(push).next();
}

void journal::file::refuse(const std::string& id, const char* why) {
  throw database_error{db.path() + ": push " + (id.empty() ? "without an id" : id) + ' ' + why};
}

journal::journal(const std::string& dir) {
  make_state_dir(dir);
  lock_ = std::make_unique<dir_lock>(dir + "/journal.lock");
  file_ = opened(dir + "/journal.db");
}

journal::~journal() = default;

std::unique_ptr<journal::file> journal::opened(const std::string& path) {
  if (is_empty(path))
    notice_ = path + " is empty; what it may have held of earlier pushes is lost";
  try {
    return std::make_unique<file>(path);
  } catch (const database_error& error) {
    const bool newer = error.kind() == trouble::newer;
    if (!newer && error.kind() != trouble::damaged && error.kind() != trouble::foreign)
      throw;
    const auto aside = set_aside(path, newer ? "newer" : "damaged", std::time(nullptr));
    notice_ = "the journal of earlier pushes cannot be used (" + std::string(error.what())
              + "); it has been moved to " + aside
              + " and a new one begun, which knows nothing of those pushes";
  }
  return std::make_unique<file>(path);
}

const std::string& journal::notice() const noexcept {
  return notice_;
}

void journal::begin(const journaled_push& push) {
  transaction change{file_->db, lasting::yes};
  file_->insert_push.bind(push.id).bind(push.order).bind(push.model).bind(push.report);
  file_->insert_push.bind(std::int64_t{push.paused}).bind(push.created).next();
  if (file_->db.changes() == 0)
    file_->refuse(push.id, "is in it already");
  change.commit();
}

void journal::set_model(const std::string& id, const std::string& model) {
  transaction change{file_->db, lasting::yes};
  const auto push = file_->find(id);
  file_->update_model.bind(model).bind(push.number).bind(model).next();
  if (file_->db.changes() == 0)
    return;
  file_->forget_confirmations(push.number);
  change.commit();
}

void journal::set_paused(const std::string& id, bool paused) {
  transaction change{file_->db, lasting::yes};
  const auto push = file_->find(id);
  file_->update_paused.bind(std::int64_t{paused}).bind(push.number).next();
  change.commit();
}

void journal::set_order(const std::string& id, const std::string& order) {
  transaction change{file_->db, lasting::yes};
  const auto push = file_->find(id);
  file_->update_order.bind(order).bind(push.number).next();
  change.commit();
}

void journal::confirm(const std::string& id, const std::vector<confirmed_blob>& blobs) {
  transaction change{file_->db, lasting::no};
  const auto push = file_->find(id);
  if (push.ended || blobs.empty())
    return;
  file_->insert_confirmed.bind(push.number).bind_bytes(pack(blobs)).next();
  change.commit();
}

void journal::end(const std::string& id, const std::string& report) {
  if (report.empty())
    file_->refuse(id, "cannot end without a report");
  transaction change{file_->db, lasting::yes};
  const auto push = file_->find(id);
  file_->update_report.bind(report).bind(push.number).next();
  file_->forget_confirmations(push.number);
  change.commit();
}

std::vector<journaled_push> journal::pushes() {
  std::vector<journaled_push> all;
  auto& row = file_->all_pushes;
  row.reset(); // an earlier run may have ended without memory
  while (row.next())
    all.push_back(
      {row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4) != 0, row.integer(5)});
  return all;
}

std::vector<confirmed_blob> journal::confirmed(const std::string& id) {
  std::vector<confirmed_blob> all;
  auto& row = file_->all_confirmed;
  row.reset();
  row.bind(file_->find(id).number);
  while (row.next())
    if (!unpack(row.bytes(0), all))
      file_->refuse(id, "has confirmations with a wrong checksum");
  sort_and_merge(all);
  return all;
}

void journal::keep_ended(std::size_t most) {
  constexpr auto all = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  transaction change{file_->db, lasting::yes};
  file_->delete_ended.bind(static_cast<std::int64_t>(std::min(most, all))).next();
  change.commit();
}

} // namespace flotilla::store
