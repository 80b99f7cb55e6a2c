// Calls of glibc that its headers show only under _GNU_SOURCE, which Swift's Glibc module is built without.
// Source: man pages memfd_create(2), rename(2), setfsuid(2) and setfsgid(2); the constants are the kernel's and do not change.
int memfd_create(const char *name, unsigned int flags);
int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path,
              unsigned int flags);
int setfsuid(unsigned int user);
int setfsgid(unsigned int group);

enum { holdfast_memfd_cloexec = 1, holdfast_rename_noreplace = 1 };
