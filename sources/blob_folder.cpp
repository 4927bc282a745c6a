#include "sources/blob_folder.hpp"

#include "sources/directory.hpp"
#include "sources/plan_builder.hpp"
#include "sources/small_file.hpp"
#include "sources/wording.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace flotilla::sources {

namespace {

bool is_blob_name(std::string_view name) {
  constexpr std::string_view algorithm = "sha256";
  if (name.substr(0, algorithm.size()) != algorithm || name.size() <= algorithm.size())
    return false;
  auto separator = name[algorithm.size()];
  return (separator == '-' || separator == ':')
         && protocol::digest::parse_hex(name.substr(algorithm.size() + 1));
}

protocol::result<blob_files> files_in(const std::string& directory, const confines& within) {
  using protocol::blob_naming;
  if (directory.empty())
    return misuse("a folder of blobs is named blobs:DIR");
  auto root = real_directory(directory, within);
  if (!root)
    return root.error();
  return blob_files::at(
    std::move(*root), {blob_naming::dash, blob_naming::slash, blob_naming::oci, blob_naming::colon},
    within);
}

} // namespace

bool holds_blobs(const std::string& directory) {
  if (is_directory(directory + "/sha256") || is_directory(directory + "/blobs/sha256"))
    return true;
  std::error_code error;
  namespace fs = std::filesystem;
  for (fs::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error))
    if (is_blob_name(at->path().filename().string()))
      return true;
  return false;
}

protocol::result<protocol::push_plan> outline_blob_folder(const std::string& directory,
                                                          const source_options& options) {
  const confines within{options.roots};
  auto files = files_in(directory, within);
  if (!files)
    return files.error();
  if (options.manifest_file.empty())
    return misuse("a folder of blobs does not say which model they make: " + in_quotes(directory),
                  "name the manifest with --manifest FILE");
  auto bytes = read_small_file(options.manifest_file, within);
  if (!bytes)
    return bytes.error();
  plan_builder plan{std::move(*files)};
  if (auto error = plan.add(std::move(*bytes), options.manifest_file))
    return *error;
  return plan.finish();
}

protocol::result<blob_files> find_folder_blobs(const std::string& directory,
                                               const source_options& options) {
  return files_in(directory, confines{options.roots});
}

} // namespace flotilla::sources
