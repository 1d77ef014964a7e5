//===- ExternalData.cpp - Weights stored beside a model -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExternalData.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
using mlir::AsmResourceBlob;

namespace {

/// Where a tensor says its data are.
struct Place {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

/// Blobs below this size are copied: a mapping costs a page and a system call.
constexpr uint64_t smallestMapping = 1 << 16;

} // namespace

static Error error(const Twine &text) {
  return createStringError(inconvertibleErrorCode(), text);
}
static Error systemError(const Twine &what) {
  std::error_code code(errno, std::generic_category());
  return error(what + ": " + code.message());
}

static Expected<Place> readPlace(const onnx::TensorProto &tensor) {
  Place place;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    uint64_t number = 0;
    if (key == "location") {
      place.location = value.str();
      continue;
    }
    if (key != "offset" && key != "length")
      continue;
    if (value.getAsInteger(10, number))
      return error("the " + key + " of its external data is not a number: '" +
                   value + "'");
    if (key == "offset")
      place.offset = number;
    else
      place.length = number;
  }
  if (place.location.empty())
    return error("its external data name no file");
  return place;
}

/// Opens the file `location` below `folder`, one path component at a time, so
/// that no symbolic link can lead out of the folder.
static Expected<int> openBelow(StringRef folder, StringRef location) {
  std::string text = ("external data '" + location + "'").str();
  if (sys::path::is_absolute(location) || location.contains('\0'))
    return error(text + " must be a path relative to the model's folder");
  SmallVector<StringRef> components;
  location.split(components, '/', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  erase(components, ".");
  if (is_contained(components, "..") || components.empty())
    return error(text + " lie outside the model's folder");

  std::string start = folder.empty() ? "." : folder.str();
  int current = open(start.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (auto [i, component] : enumerate(components)) {
    if (current < 0)
      break;
    bool last = i + 1 == components.size();
    // O_NONBLOCK: opening a pipe must not wait for its other end.
    int flags =
        O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (last ? O_NONBLOCK : O_DIRECTORY);
    int next = openat(current, component.str().c_str(), flags);
    int code = errno;
    close(current);
    errno = code;
    current = next;
  }
  if (current >= 0)
    return current;
  if (errno == ELOOP || errno == ENOTDIR)
    return error(text + " are reached through a symbolic link or a file that "
                        "is not a folder, which is refused");
  return systemError(text);
}

static Expected<AsmResourceBlob> readCopy(int file, uint64_t offset,
                                          uint64_t size, size_t alignment) {
  AsmResourceBlob blob =
      mlir::HeapAsmResourceBlob::allocate(size, alignment, /*mutable=*/true);
  MutableArrayRef<char> rest = blob.getMutableData();
  while (!rest.empty()) {
    ssize_t count = pread(file, rest.data(), rest.size(), offset);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return systemError("reading external data failed");
    rest = rest.drop_front(count);
    offset += count;
  }
  return std::move(blob);
}

static Expected<AsmResourceBlob> map(int file, uint64_t offset, uint64_t size,
                                     size_t alignment) {
  using sys::fs::mapped_file_region;
  uint64_t start = alignDown(offset, mapped_file_region::alignment());
  std::error_code code;
  auto region = std::make_unique<mapped_file_region>(
      sys::fs::convertFDToNativeFile(file), mapped_file_region::readonly,
      size + (offset - start), start, code);
  if (code)
    return error("mapping external data failed: " + code.message());
  ArrayRef<char> data(region->const_data() + (offset - start), size);
  return mlir::UnmanagedAsmResourceBlob::allocateWithAlign(
      data, alignment,
      [region = std::move(region)](void *, size_t, size_t) mutable {
        region.reset();
      });
}

Expected<AsmResourceBlob>
dlc::onnximport::readExternalData(const onnx::TensorProto &tensor,
                                  StringRef folder, uint64_t size,
                                  size_t alignment) {
  Expected<Place> place = readPlace(tensor);
  if (!place)
    return place.takeError();
  if (place->length && *place->length != size)
    return error("its shape needs " + Twine(size) +
                 " bytes, but its external data have " + Twine(*place->length));
  Expected<int> file = openBelow(folder, place->location);
  if (!file)
    return file.takeError();
  scope_exit closeFile([&] { close(*file); });

  std::string text = "external data '" + place->location + "'";
  struct stat status;
  if (fstat(*file, &status) != 0)
    return systemError(text);
  if (!S_ISREG(status.st_mode))
    return error(text + " are not a regular file");
  uint64_t fileSize = status.st_size;
  if (place->offset > fileSize || size > fileSize - place->offset)
    return error(text + " are too short: " + Twine(size) +
                 " bytes are wanted at offset " + Twine(place->offset) +
                 ", the file has " + Twine(fileSize));
  if (size < smallestMapping || place->offset % alignment != 0)
    return readCopy(*file, place->offset, size, alignment);
  return map(*file, place->offset, size, alignment);
}
