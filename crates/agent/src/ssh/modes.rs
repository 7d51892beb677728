//! Terminal modes that a client requests (RFC 4254 section 8).

use std::os::fd::BorrowedFd;

use russh::Pty as PtyMode;
use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios, tcgetattr,
    tcsetattr,
};

/// A disabled control character, in the protocol.
const DISABLED: u32 = 255;

/// Sets the modes that this system has, and ignores the others.
pub fn apply(terminal: BorrowedFd<'_>, modes: &[(PtyMode, u32)]) {
    if modes.is_empty() {
        return;
    }
    let set = tcgetattr(terminal).and_then(|mut termios| {
        for (mode, value) in modes {
            set(&mut termios, *mode, *value);
        }
        tcsetattr(terminal, OptionalActions::Now, &termios)
    });
    if let Err(error) = set {
        tracing::debug!(%error, "cannot set terminal modes");
    }
}

fn set(termios: &mut Termios, mode: PtyMode, value: u32) {
    let on = value != 0;
    if let Some(index) = special(mode) {
        /// `_POSIX_VDISABLE` of Linux.
        const VDISABLE: u8 = 0;
        let code = u8::try_from(value).ok().filter(|_| value != DISABLED).unwrap_or(VDISABLE);
        termios.special_codes[index] = code;
    } else if let Some(flag) = input(mode) {
        termios.input_modes.set(flag, on);
    } else if let Some(flag) = local(mode) {
        termios.local_modes.set(flag, on);
    } else if let Some(flag) = output(mode) {
        termios.output_modes.set(flag, on);
    } else if let Some(flag) = control(mode) {
        termios.control_modes.set(flag, on);
    }
}

fn special(mode: PtyMode) -> Option<SpecialCodeIndex> {
    Some(match mode {
        PtyMode::VINTR => SpecialCodeIndex::VINTR,
        PtyMode::VQUIT => SpecialCodeIndex::VQUIT,
        PtyMode::VERASE => SpecialCodeIndex::VERASE,
        PtyMode::VKILL => SpecialCodeIndex::VKILL,
        PtyMode::VEOF => SpecialCodeIndex::VEOF,
        PtyMode::VEOL => SpecialCodeIndex::VEOL,
        PtyMode::VEOL2 => SpecialCodeIndex::VEOL2,
        PtyMode::VSTART => SpecialCodeIndex::VSTART,
        PtyMode::VSTOP => SpecialCodeIndex::VSTOP,
        PtyMode::VSUSP => SpecialCodeIndex::VSUSP,
        PtyMode::VREPRINT => SpecialCodeIndex::VREPRINT,
        PtyMode::VWERASE => SpecialCodeIndex::VWERASE,
        PtyMode::VLNEXT => SpecialCodeIndex::VLNEXT,
        PtyMode::VDISCARD => SpecialCodeIndex::VDISCARD,
        _ => return None,
    })
}

fn input(mode: PtyMode) -> Option<InputModes> {
    Some(match mode {
        PtyMode::IGNPAR => InputModes::IGNPAR,
        PtyMode::PARMRK => InputModes::PARMRK,
        PtyMode::INPCK => InputModes::INPCK,
        PtyMode::ISTRIP => InputModes::ISTRIP,
        PtyMode::INLCR => InputModes::INLCR,
        PtyMode::IGNCR => InputModes::IGNCR,
        PtyMode::ICRNL => InputModes::ICRNL,
        PtyMode::IXON => InputModes::IXON,
        PtyMode::IXANY => InputModes::IXANY,
        PtyMode::IXOFF => InputModes::IXOFF,
        PtyMode::IMAXBEL => InputModes::IMAXBEL,
        PtyMode::IUTF8 => InputModes::IUTF8,
        _ => return None,
    })
}

fn local(mode: PtyMode) -> Option<LocalModes> {
    Some(match mode {
        PtyMode::ISIG => LocalModes::ISIG,
        PtyMode::ICANON => LocalModes::ICANON,
        PtyMode::ECHO => LocalModes::ECHO,
        PtyMode::ECHOE => LocalModes::ECHOE,
        PtyMode::ECHOK => LocalModes::ECHOK,
        PtyMode::ECHONL => LocalModes::ECHONL,
        PtyMode::NOFLSH => LocalModes::NOFLSH,
        PtyMode::TOSTOP => LocalModes::TOSTOP,
        PtyMode::IEXTEN => LocalModes::IEXTEN,
        PtyMode::ECHOCTL => LocalModes::ECHOCTL,
        PtyMode::ECHOKE => LocalModes::ECHOKE,
        _ => return None,
    })
}

fn output(mode: PtyMode) -> Option<OutputModes> {
    Some(match mode {
        PtyMode::OPOST => OutputModes::OPOST,
        PtyMode::ONLCR => OutputModes::ONLCR,
        PtyMode::OCRNL => OutputModes::OCRNL,
        PtyMode::ONOCR => OutputModes::ONOCR,
        PtyMode::ONLRET => OutputModes::ONLRET,
        _ => return None,
    })
}

fn control(mode: PtyMode) -> Option<ControlModes> {
    Some(match mode {
        PtyMode::CS7 => ControlModes::CS7,
        PtyMode::CS8 => ControlModes::CS8,
        PtyMode::PARENB => ControlModes::PARENB,
        PtyMode::PARODD => ControlModes::PARODD,
        _ => return None,
    })
}
