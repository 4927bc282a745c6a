# What is installed, and the Debian package of it, which docker/deb/build.sh makes.
include(GNUInstallDirs)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # no test is a part of it

# Manual and completions come from the program's own command line.
set(told "${CMAKE_BINARY_DIR}/told")
set(commands push plan verify coordinator worker status cancel pause resume limit auth certs version
             completion man)
set(manual "${told}/flotilla.1.gz")
set(tell COMMAND sh -c "$<TARGET_FILE:flotilla> man >flotilla.1 && gzip -9nf flotilla.1")
foreach(command IN LISTS commands)
  list(APPEND tell COMMAND sh -c
       "$<TARGET_FILE:flotilla> man ${command} >flotilla-${command}.1 && gzip -9nf flotilla-${command}.1")
  list(APPEND manual "${told}/flotilla-${command}.1.gz")
endforeach()
foreach(shell IN ITEMS bash zsh fish)
  list(APPEND tell COMMAND sh -c "$<TARGET_FILE:flotilla> completion ${shell} >flotilla.${shell}")
  list(APPEND completions "${told}/flotilla.${shell}")
endforeach()
file(MAKE_DIRECTORY "${told}")
add_custom_command(OUTPUT ${manual} ${completions} ${tell}
                   WORKING_DIRECTORY "${told}" DEPENDS flotilla VERBATIM
                   COMMENT "Asking the program for its manual and completions")
add_custom_target(told ALL DEPENDS ${manual} ${completions})

install(TARGETS flotilla)
install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES "${told}/flotilla.bash" RENAME flotilla
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES "${told}/flotilla.zsh" RENAME _flotilla
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES "${told}/flotilla.fish"
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs configs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docker/systemd/ DESTINATION lib/systemd/system FILES_MATCHING PATTERN "*.service")
install(FILES docker/systemd/flotilla.sysusers RENAME flotilla.conf DESTINATION lib/sysusers.d)
install(FILES docker/systemd/coordinator.env docker/systemd/worker.env DESTINATION /etc/flotilla)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME flotilla)
set(CPACK_PACKAGE_CONTACT "The Flotilla developers <flotilla@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "pushes very large models to OCI registries, from a fleet")
set(CPACK_PACKAGE_DESCRIPTION
"Flotilla brings models, as blobs and the manifests that name them, to OCI registries and to Ollama's,
from one machine or from a fleet, and goes on where it was cut. With units for systemd, completions
for bash, zsh and fish, and a manual.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, adduser")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${CMAKE_SOURCE_DIR}/docker/deb/conffiles"
                                       "${CMAKE_SOURCE_DIR}/docker/deb/postinst"
                                       "${CMAKE_SOURCE_DIR}/docker/deb/prerm"
                                       "${CMAKE_SOURCE_DIR}/docker/deb/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
