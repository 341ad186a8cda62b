//! PostgreSQL's binary `COPY` format, read as its documentation has it, apart from the library.

/// The rows of a `COPY`, each a list of cells.
pub type Cells = Vec<Vec<Option<Vec<u8>>>>;

/// Reads all of a `COPY`.
///
/// # Errors
///
/// It is not of the format, or something follows its end.
pub fn read_copy(data: &[u8]) -> Result<Cells, String> {
    let mut rest = data;
    if take(&mut rest, 11)? != b"PGCOPY\n\xff\r\n\0" {
        return Err("no signature".to_owned());
    }
    if number(&mut rest)? != 0 {
        return Err("flags that are not known".to_owned());
    }
    let extension = number(&mut rest)?;
    take(&mut rest, usize::try_from(extension).map_err(|_| "an extension of less than nothing")?)?;
    let mut rows = Cells::new();
    loop {
        let fields = take(&mut rest, 2)?;
        let fields = i16::from_be_bytes([fields[0], fields[1]]);
        if fields == -1 {
            let left = rest.len();
            return if left == 0 { Ok(rows) } else { Err(format!("{left} bytes after the end")) };
        }
        let fields = usize::try_from(fields).map_err(|_| format!("a row of {fields} fields"))?;
        rows.push((0..fields).map(|_| cell(&mut rest)).collect::<Result<_, _>>()?);
    }
}

/// Reads an array of one dimension, or of none.
///
/// # Errors
///
/// It is not of the format.
pub fn read_array(data: &[u8]) -> Result<Vec<Option<Vec<u8>>>, String> {
    let mut rest = data;
    let dimensions = number(&mut rest)?;
    let (has_null, _element) = (number(&mut rest)?, number(&mut rest)?);
    if dimensions == 0 {
        return Ok(Vec::new());
    }
    let (length, first) = (number(&mut rest)?, number(&mut rest)?);
    let cells = (0..length).map(|_| cell(&mut rest)).collect::<Result<Vec<_>, _>>()?;
    // It says whether there may be a NULL.
    let is_honest = has_null == 1 || has_null == 0 && !cells.contains(&None);
    if dimensions == 1 && first == 1 && is_honest && rest.is_empty() {
        Ok(cells)
    } else {
        Err(format!("{dimensions} dimensions from {first}, {} bytes left", rest.len()))
    }
}

fn cell(rest: &mut &[u8]) -> Result<Option<Vec<u8>>, String> {
    let length = number(rest)?;
    if length == -1 {
        return Ok(None);
    }
    let length = usize::try_from(length).map_err(|_| format!("a cell of {length} bytes"))?;
    Ok(Some(take(rest, length)?.to_vec()))
}

fn number(rest: &mut &[u8]) -> Result<i32, String> {
    let bytes = take(rest, 4)?;
    Ok(i32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn take<'d>(rest: &mut &'d [u8], length: usize) -> Result<&'d [u8], String> {
    let (taken, left) = rest.split_at_checked(length).ok_or("it ends too early")?;
    *rest = left;
    Ok(taken)
}
