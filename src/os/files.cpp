#include "os/files.hpp"

#include "base/text.hpp"

namespace flyball::os {

Read<FileView> Files::look(const Path& path, std::uint64_t max_bytes) {
  const auto meta = TRY(stat(path));
  if (!meta) return std::nullopt;
  FileView view{.meta = *meta};
  if (meta->type != FileMeta::Type::regular || meta->size > max_bytes) return view;
  view.bytes = TRY(read(path, max_bytes));
  if (!view.bytes) return std::nullopt;
  return view;
}

Path parent_of(const Path& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == Path::npos ? "/" : path.substr(0, slash);
}

Path temporary_beside(const Path& path) {
  const auto directory = parent_of(path);
  const auto name = path.substr(path.rfind('/') + 1);
  // A name may have 255 bytes; the digest-like tail keeps two long names apart.
  const auto kept = name.size() > 200 ? text(name.substr(0, 160), '-', std::hash<std::string>{}(name)) : name;
  return text(directory == "/" ? "" : directory, "/.", kept, ".flyball-new");
}

Result<> Files::sync_all(const std::vector<Path>& paths) {
  for (const auto& path : paths) TRY(sync(path));
  return {};
}

Result<> replace_file(Files& files, const Path& path, std::string_view bytes, const Access& access) {
  const auto temporary = temporary_beside(path);
  TRY(files.remove(temporary), "cannot clear ", temporary);
  const auto put = [&]() -> Result<> {
    TRY(files.write_new(temporary, bytes, access));
    TRY(files.sync(temporary));
    return files.rename(temporary, path);
  };
  if (const auto done = put(); !done) {
    (void)files.remove(temporary);  // The first error is the one to tell; what stays is cleared by the next try.
    return fail(done.error().code, "cannot write ", path, ": ", done.error().message);
  }
  return files.sync(parent_of(path));
}

Result<> make_directories(Files& files, const Path& path, const Access& access) {
  const auto there = TRY(files.stat(path));
  if (there && there->type == FileMeta::Type::directory) return {};
  if (there && there->type != FileMeta::Type::symlink) return fail(Errc::conflict, path, " is not a directory");
  if (there) return {};  // A link to a directory, or the next call on it says what is wrong.
  if (path != "/") TRY(make_directories(files, parent_of(path), access));
  TRY(files.make_directory(path, access), "cannot make ", path);
  return files.sync(parent_of(path));
}

}  // namespace flyball::os
